"""The machine whose pip cannot reach any index: all wheels and their installer in one file.

`python -m regraft_tools.bundle` makes `dist/regraft-<version>.pyz` from the wheels in `dist/`. What runs in it is in
`installer/`, which is written for 2.7 to 3.15 and needs nothing but the standard library. Wheels are in it as they are,
byte for byte: who wants to compare one with what an index has can take it out with `unzip`. Sharing their Python files
would save 0.2 of 2.3 megabytes each, and storing them uncompressed, for a Python without zlib, would cost 4.
"""
