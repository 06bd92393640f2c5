"""What the documentation is generated from: the registry, and the modules as they are.

    registry    the rows, and which release has which
    security    "Security Considerations": a table by CVE and one by feature
    catalogue   docs/features.rst: each row with its recipes
    matrix      the picture: features by releases, as SVG
    interface   what a module has on 2.7 with regraft that the stock one lacks; `probe` runs there
    pages       what the page of a covered module must have
    releases    docs/profiles.rst: the releases that `run --as` can show, and what of them it does not
    directives  the Sphinx extension that puts all this into pages
    samples     runs the code samples of the pages
    build       all of that, one after the other: the session `docs`

Nothing generated is kept: a page is text with directives in it. Beside `directives`, which imports Sphinx, all of it is
standard library.
"""
