"""Makes wheels with an OpenSSL inside, for machines without compiler and headers.

    source.find() -> openssl.build() per target -> extension.build() per host -> packing.pack()

`targets` says for which systems, `hosts` for which Pythons. Nothing is compiled with the compiler of this
machine: zig, pinned in requirements.txt, compiles and links for each system against the C library of an old
release of it. All products are kept in the cache; the checkout gets `dist/` and nothing else.
"""
