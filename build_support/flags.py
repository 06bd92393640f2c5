"""What the compiler and the linker of the extension are told, whoever calls them."""

from __future__ import absolute_import, division, print_function

import os

# Relative to the checkout: the version script is named in messages, and the build may be anywhere.
EXPORTS = os.path.join("build_support", "exports.map")

# Most Pythons ask for debugging information, which names paths of the machine and makes the file three
# times as long.
COMPILE = ["-O2", "-g0"]

# Above a few words gcc for x86-64 fills and copies with one instruction that takes longer to start than libc's
# functions take for a hash object; without these each such object is a tenth dearer. Other compilers know no such
# options, and call libc.
FILL_AND_COPY_BY_LIBC = ["-mmemset-strategy=libcall:-1:noalign", "-mmemcpy-strategy=libcall:-1:noalign"]


def hide_all_but_init(root):
    """Arguments for an ELF linker; without them a libssl that is loaded globally would take over calls.

    Args:
        root: the checkout.
    """
    return [
        "-Wl,--version-script=" + os.path.join(root, EXPORTS),
        # All symbols are bound at the import, so that one that is missing is seen there.
        "-Wl,-z,relro,-z,now",
    ]
