"""Imports become calls of the library, which lends 2.7 the modules and names that it lacks."""

from __future__ import annotations

import libcst as cst
from libcst.helpers import get_full_name_for_node

from regraft_tools.conformance.translation.base import Part, assignment, call, text


class Imports(Part):
    """The part for imports."""

    def leave_Import(
        self, original_node: cst.Import, updated_node: cst.Import
    ) -> cst.FlattenSentinel[cst.BaseSmallStatement]:
        lines = []
        for each in updated_node.names:
            name = get_full_name_for_node(each.name)
            self.imported.add(name)
            if each.asname is not None:
                bound, loader = each.asname.name.value, "load"
            else:
                bound, loader = name.partition(".")[0], "load_top"
            lines.append(assignment(bound, call(loader, text(name))))
        return cst.FlattenSentinel(lines)

    def leave_ImportFrom(
        self, original_node: cst.ImportFrom, updated_node: cst.ImportFrom
    ) -> cst.BaseSmallStatement | cst.FlattenSentinel[cst.BaseSmallStatement] | cst.RemovalSentinel:
        module = get_full_name_for_node(updated_node.module) if updated_node.module else ""
        if module == "__future__":
            return cst.RemoveFromParent()
        if updated_node.relative:
            depth = len(updated_node.relative) - 1
            front = self.package.rsplit(".", depth)[0] if depth else self.package
            module = ".".join(filter(None, (front, module)))
        self.imported.add(module)
        if isinstance(updated_node.names, cst.ImportStar):
            self.refuse("from %s import *" % module)
            return updated_node
        lines = []
        for each in updated_node.names:
            name = each.name.value
            # It may be a module of the package; whether it is one, whoever lays the files out finds.
            self.imported.add("%s.%s" % (module, name))
            bound = each.asname.name.value if each.asname is not None else name
            lines.append(assignment(bound, call("load_name", text(module), text(name))))
        return cst.FlattenSentinel(lines)
