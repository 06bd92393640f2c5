"""Test cases with the assertions of 3."""
from __future__ import absolute_import, division, print_function

from backport.cases import TestCase, addModuleCleanup

__all__ = ["TestCase", "addModuleCleanup"]
