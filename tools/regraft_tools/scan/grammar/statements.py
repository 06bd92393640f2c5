"""Statements: from tree-sitter's nodes to those of `ast`."""

from __future__ import annotations

import ast
from collections.abc import Callable

from tree_sitter import Node

from regraft_tools.scan.grammar.expressions import ExpressionReader, parts

Statements = list[ast.stmt]


class StatementReader(ExpressionReader):
    """Reads statements and what is in them.

    Args:
        source: the text, as it stands in the file.
    """

    def __init__(self, source: bytes) -> None:
        super().__init__(source)
        self._statements: dict[str, Callable[[Node], ast.stmt]] = {
            "expression_statement": self._expression_statement, "print_statement": self._print,
            "exec_statement": self._exec, "import_statement": self._import, "import_from_statement": self._import_from,
            "future_import_statement": self._import_from, "assert_statement": self._assert,
            "return_statement": self._return, "delete_statement": self._delete, "raise_statement": self._raise,
            "global_statement": self._global, "nonlocal_statement": self._nonlocal,
            "type_alias_statement": self._type_alias, "if_statement": self._if, "for_statement": self._for,
            "while_statement": self._while, "try_statement": self._try, "with_statement": self._with,
            "function_definition": self._function, "class_definition": self._class,
            "decorated_definition": self._decorated, "match_statement": self._match,
            "pass_statement": lambda node: self.at(node, ast.Pass()),
            "break_statement": lambda node: self.at(node, ast.Break()),
            "continue_statement": lambda node: self.at(node, ast.Continue()),
        }

    def body(self, node: Node | None) -> Statements:
        """The statements of a block or of a whole file."""
        made: Statements = []
        for each in node.named_children if node is not None else ():
            if each.type == "ERROR":
                made.extend(self._recovered(each))
            elif each.type in self._statements:
                made.append(self._statements[each.type](each))
        return made

    def _recovered(self, node: Node) -> Statements:
        """What can be read of a place that is no Python."""
        made: Statements = []
        for each in node.named_children:
            if each.type in self._statements:
                made.append(self._statements[each.type](each))
            elif each.type in ("block", "ERROR"):
                made.extend(self.body(each))
            elif each.type in ("call", "assignment"):
                made.append(self._simple(each))
        return made

    # Simple statements

    def _simple(self, node: Node) -> ast.stmt:
        """An assignment, or an expression that stands alone."""
        if node.type == "assignment":
            return self._assignment(node)
        if node.type == "augmented_assignment":
            operator = node.child_by_field_name("operator")
            return self.at(node, ast.AugAssign(
                self.target(node.child_by_field_name("left")),
                self.augmented(operator.type if operator is not None else "+="),
                self.expression(node.child_by_field_name("right")),
            ))
        return self.at(node, ast.Expr(self.expression(node)))

    def _expression_statement(self, node: Node) -> ast.stmt:
        found = parts(node)
        if len(found) == 1 and not any(each.type == "," for each in node.children):
            return self._simple(found[0])
        value = self.at(node, ast.Tuple([self.expression(each) for each in found], ast.Load()))
        return self.at(node, ast.Expr(value))

    def _assignment(self, node: Node) -> ast.stmt:
        noted = node.child_by_field_name("type")
        right = node.child_by_field_name("right")
        if noted is not None:
            left = node.child_by_field_name("left")
            return self.at(node, ast.AnnAssign(
                self.target(left), self.expression(noted),
                self.expression(right) if right is not None else None,
                int(left is not None and left.type == "identifier"),
            ))
        targets = [self.target(node.child_by_field_name("left"))]
        while right is not None and right.type == "assignment":
            targets.append(self.target(right.child_by_field_name("left")))
            right = right.child_by_field_name("right")
        return self.at(node, ast.Assign(targets, self.expression(right)))

    def _called(self, node: Node, name: str, values: list[ast.expr]) -> ast.stmt:
        """A statement of 2.7 as the call that took its place."""
        function = self.at(node, ast.Name(name, ast.Load()), node.child(0))
        return self.at(node, ast.Expr(self.at(node, ast.Call(function, values, []))))

    def _print(self, node: Node) -> ast.stmt:
        values = [self.expression(each) for each in node.children_by_field_name("argument")]
        made = self._called(node, "print", values)
        for each in parts(node):
            if each.type == "chevron" and isinstance(made, ast.Expr) and isinstance(made.value, ast.Call):
                made.value.keywords.append(self.at(each, ast.keyword("file", self._only(each))))
        return made

    def _exec(self, node: Node) -> ast.stmt:
        return self._called(node, "exec", [self.expression(each) for each in parts(node)])

    def _import(self, node: Node) -> ast.stmt:
        return self.at(node, ast.Import(self._aliases(node)))

    def _import_from(self, node: Node) -> ast.stmt:
        module = node.child_by_field_name("module_name")
        level, name = 0, self._packed(module)
        if node.type == "future_import_statement":
            name = "__future__"
        elif module is not None and module.type == "relative_import":
            level = name.count(".") - name.lstrip(".").count(".")
            name = name.lstrip(".")
        names = self._aliases(node)
        if any(each.type == "wildcard_import" for each in node.named_children):
            names = [self.at(node, ast.alias("*", None))]
        return self.at(node, ast.ImportFrom(name or None, names, level))

    def _packed(self, node: Node | None) -> str:
        return "".join(self.text(node).split()) if node is not None else ""

    def _aliases(self, node: Node) -> list[ast.alias]:
        made = []
        for each in node.children_by_field_name("name"):
            if each.type == "aliased_import":
                alias = each.child_by_field_name("alias")
                made.append(self.at(each, ast.alias(
                    self._packed(each.child_by_field_name("name")), self._packed(alias) or None
                )))
            else:
                made.append(self.at(each, ast.alias(self._packed(each), None)))
        return made

    def _assert(self, node: Node) -> ast.stmt:
        found = [self.expression(each) for each in parts(node)]
        return self.at(node, ast.Assert(found[0] if found else self.expression(None), found[1] if found[1:] else None))

    def _return(self, node: Node) -> ast.stmt:
        inner = self._first(node)
        return self.at(node, ast.Return(self.expression(inner) if inner is not None else None))

    def _delete(self, node: Node) -> ast.stmt:
        if self.source.startswith(b"exec", node.start_byte):  # reworded, see the package
            return self._exec(node)
        inner = self._first(node)
        if inner is not None and inner.type == "expression_list":
            targets = [self.expression(each) for each in parts(inner)]
        else:
            targets = [self.expression(inner)]
        for each in targets:
            _mark_deleted(each)
        return self.at(node, ast.Delete(targets))

    def _raise(self, node: Node) -> ast.stmt:
        cause = node.child_by_field_name("cause")
        what = [each for each in parts(node) if cause is None or each.id != cause.id]
        return self.at(node, ast.Raise(
            self.expression(what[0]) if what else None, self.expression(cause) if cause is not None else None
        ))

    def _global(self, node: Node) -> ast.stmt:
        return self.at(node, ast.Global([self.text(each) for each in parts(node)]))

    def _nonlocal(self, node: Node) -> ast.stmt:
        return self.at(node, ast.Nonlocal([self.text(each) for each in parts(node)]))

    def _type_alias(self, node: Node) -> ast.stmt:
        left, right = (node.child_by_field_name(each) for each in ("left", "right"))
        return self.at(node, ast.Assign([self.target(left)], self.expression(right)))

    # Compound statements

    def _if(self, node: Node) -> ast.stmt:
        made = self.at(node, ast.If(
            self.expression(node.child_by_field_name("condition")),
            self.body(node.child_by_field_name("consequence")), [],
        ))
        last = made
        for each in node.children_by_field_name("alternative"):
            if each.type == "elif_clause":
                inner = self.at(each, ast.If(
                    self.expression(each.child_by_field_name("condition")),
                    self.body(each.child_by_field_name("consequence")), [],
                ))
                inner.end_lineno, inner.end_col_offset = made.end_lineno, made.end_col_offset
                last.orelse.append(inner)
                last = inner
            elif each.type == "else_clause":
                last.orelse.extend(self.body(each.child_by_field_name("body")))
        return made

    def _otherwise(self, node: Node) -> Statements:
        found = node.child_by_field_name("alternative")
        return self.body(found.child_by_field_name("body")) if found is not None else []

    def _waits(self, node: Node) -> bool:
        first = node.child(0)
        return first is not None and first.type == "async"

    def _for(self, node: Node) -> ast.stmt:
        kind = ast.AsyncFor if self._waits(node) else ast.For
        return self.at(node, kind(
            self.target(node.child_by_field_name("left")), self.expression(node.child_by_field_name("right")),
            self.body(node.child_by_field_name("body")), self._otherwise(node),
        ))

    def _while(self, node: Node) -> ast.stmt:
        return self.at(node, ast.While(
            self.expression(node.child_by_field_name("condition")),
            self.body(node.child_by_field_name("body")), self._otherwise(node),
        ))

    def _block(self, node: Node) -> Statements:
        return [each for inner in node.named_children if inner.type == "block" for each in self.body(inner)]

    def _try(self, node: Node) -> ast.stmt:
        handlers: list[ast.ExceptHandler] = []
        otherwise: Statements = []
        finally_: Statements = []
        group = False
        for each in node.named_children:
            if each.type in ("except_clause", "except_group_clause"):
                handlers.append(self._handler(each))
                group = group or any(one.type in ("*", "except*") for one in each.children)
            elif each.type == "else_clause":
                otherwise = self.body(each.child_by_field_name("body"))
            elif each.type == "finally_clause":
                finally_ = self._block(each)
        kind = ast.TryStar if group else ast.Try
        return self.at(node, kind(
            self.body(node.child_by_field_name("body")), handlers, otherwise, finally_
        ))

    def _handler(self, node: Node) -> ast.ExceptHandler:
        values = [each for each in parts(node) if each.type != "block"]
        kind, name = None, None
        if values and values[0].type == "as_pattern":
            kind, name = self.expression(values[0]), values[0].child_by_field_name("alias")
        elif values:
            kind, name = self.expression(values[0]), values[1] if values[1:] else None
        return self.at(node, ast.ExceptHandler(kind, self.text(name) if name is not None else None, self._block(node)))

    def _with(self, node: Node) -> ast.stmt:
        items: list[ast.withitem] = []
        for clause in parts(node):
            for each in parts(clause) if clause.type == "with_clause" else ():
                value = each.child_by_field_name("value")
                within = self._first(value) if value is not None and value.type == "tuple" else None
                if within is not None and any(one.type == "as_pattern" for one in parts(value)):
                    items.extend(self._with_item(one) for one in parts(value))
                else:
                    items.append(self._with_item(value))
        kind = ast.AsyncWith if self._waits(node) else ast.With
        return self.at(node, kind(items, self.body(node.child_by_field_name("body"))))

    def _with_item(self, node: Node | None) -> ast.withitem:
        if node is not None and node.type == "as_pattern":
            return ast.withitem(self.expression(node), self.target(node.child_by_field_name("alias")))
        return ast.withitem(self.expression(node), None)

    def _function(self, node: Node) -> ast.stmt:
        kind = ast.AsyncFunctionDef if self._waits(node) else ast.FunctionDef
        name, returned = (node.child_by_field_name(each) for each in ("name", "return_type"))
        return self.at(node, kind(
            self.text(name) if name is not None else "", self.parameters(node.child_by_field_name("parameters")),
            self.body(node.child_by_field_name("body")), [],
            self.expression(returned) if returned is not None else None,
        ))

    def _class(self, node: Node) -> ast.stmt:
        name = node.child_by_field_name("name")
        bases, keywords = self.arguments(node.child_by_field_name("superclasses"))
        return self.at(node, ast.ClassDef(
            self.text(name) if name is not None else "", bases, keywords,
            self.body(node.child_by_field_name("body")), [],
        ))

    def _decorated(self, node: Node) -> ast.stmt:
        definition = node.child_by_field_name("definition")
        reader = self._statements.get(definition.type) if definition is not None else None
        if definition is None or reader is None:
            return self.at(node, ast.Pass())
        made = reader(definition)
        if isinstance(made, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            made.decorator_list.extend(self._only(each) for each in parts(node) if each.type == "decorator")
        return made

    def _match(self, node: Node) -> ast.stmt:
        subjects = [self.expression(each) for each in node.children_by_field_name("subject")]
        subject = subjects[0] if len(subjects) == 1 else self.at(node, ast.Tuple(subjects, ast.Load()))
        cases = []
        body = node.child_by_field_name("body")
        for each in body.named_children if body is not None else ():
            if each.type == "case_clause":
                guard = each.child_by_field_name("guard")
                bound = [name for one in parts(each) if one.type == "case_pattern" for name in self._bound(one)]
                pattern = self.at(each, ast.MatchSequence([self.at(each, ast.MatchAs(None, name)) for name in bound]))
                cases.append(ast.match_case(
                    pattern, self._only(guard) if guard is not None else None,
                    self.body(each.child_by_field_name("consequence")),
                ))
        return self.at(node, ast.Match(subject, cases))

    def _bound(self, node: Node) -> list[str]:
        """The names that a pattern binds."""
        if node.type == "identifier":
            return [self.text(node)]
        found = parts(node)
        if node.type == "dotted_name":
            return [self.text(node)] if len(found) == 1 else []
        if node.type in ("class_pattern", "keyword_pattern"):
            found = found[1:]
        return [name for each in found for name in self._bound(each)]


def _mark_deleted(made: ast.expr) -> None:
    if isinstance(made, (ast.Name, ast.Attribute, ast.Subscript, ast.Tuple, ast.List)):
        made.ctx = ast.Del()
    if isinstance(made, (ast.Tuple, ast.List)):
        for each in made.elts:
            _mark_deleted(each)
