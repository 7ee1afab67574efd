"""The mutants of a source: one small change each, that compiles and is no comment, type, docstring or error text."""

import ast
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

_COMPARED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
_COUNTED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.FloorDiv: ast.Mult,
    ast.Div: ast.Mult,
    ast.Mod: ast.Mult,
    ast.Pow: ast.Mult,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
}
_JUDGED = (ast.Compare, ast.BoolOp)
_SILENT = ("annotation", "returns", "type_comment")
_TEXTS = ("message", "help")
Change = tuple[str, ast.expr | ast.stmt]


@dataclass(frozen=True, kw_only=True)
class Mutant:
    """`start` and `end` are bytes of the source. A test that runs a line of `lines` may notice it.

    `function` is the outermost one that it is in and its first line; outside of all of them, the name is empty.
    """

    path: str
    line: int
    kind: str
    start: int
    end: int
    before: str
    after: str
    lines: tuple[int, int]
    function: str
    first_line: int
    number: int = 0

    @property
    def id(self) -> str:
        """Line and kind name it as long as the file is not changed; a number tells those of one line apart."""
        return f"{self.path}:{self.line}:{self.kind}:{self.number}"

    @property
    def name(self) -> str:
        """Name it as long as its own function is not changed."""
        return f"{self.path}:{self.function}:{self.line - self.first_line}:{self.kind}:{self.number}"

    def of(self, source: str) -> str:
        """Return the source with the change in it; every other line keeps its number."""
        given = source.encode()
        return (given[: self.start] + self.after.encode() + given[self.end :]).decode()


def mutants(path: str, source: str) -> list[Mutant]:
    """Return every mutant of a source, in its order."""
    seen: Counter[tuple[int, str]] = Counter()
    found = []
    for mutant in _Walk(path, source).body(ast.parse(source).body):
        found.append(replace(mutant, number=seen[mutant.line, mutant.kind]))
        seen[mutant.line, mutant.kind] += 1
    return found


def compiles(mutant: Mutant, source: str) -> bool:
    """Tell whether a mutant is a program at all."""
    try:
        compile(mutant.of(source), mutant.path, "exec", dont_inherit=True)
    except SyntaxError:
        return False
    return True


class _Walk:
    """Goes through a module and keeps where it is: in which function, and which lines run together."""

    def __init__(self, path: str, source: str) -> None:
        self.path, self.source = path, source.encode()
        self.starts = [0]
        for line in self.source.splitlines(keepends=True):
            self.starts.append(self.starts[-1] + len(line))
        self.classes: list[str] = []
        self.function, self.first_line = "", 0
        self.lines = (0, 0)

    def body(self, statements: list[ast.stmt]) -> Iterator[Mutant]:
        for statement in statements:
            yield from self.statement(statement)

    def statement(self, node: ast.stmt) -> Iterator[Mutant]:
        around = self.lines
        if isinstance(node, ast.FunctionDef):
            yield from self._function(node)
        elif isinstance(node, ast.ClassDef):
            yield from self._class(node)
        elif not _left_out(node):
            if self.function:
                inner: list[ast.stmt] = getattr(node, "body", [])
                last = max(node.lineno, inner[0].lineno - 1) if inner else node.end_lineno or node.lineno
                self.lines = node.lineno, last
            for kind, new in _of_statement(node):
                yield self._made(node, kind, new)
            yield from self.children(node)
        self.lines = around

    def children(self, node: ast.AST) -> Iterator[Mutant]:
        for name, value in ast.iter_fields(node):
            if name in _SILENT or (isinstance(node, ast.Raise) and name in {"exc", "cause"}):
                continue
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, ast.stmt):
                    yield from self.statement(child)
                elif isinstance(child, ast.expr):
                    yield from self.expression(child)
                elif isinstance(child, ast.AST) and not (isinstance(child, ast.keyword) and child.arg in _TEXTS):
                    yield from self.children(child)

    def expression(self, node: ast.expr) -> Iterator[Mutant]:
        if isinstance(node, ast.JoinedStr):
            return
        for kind, new in _of_expression(node):
            yield self._made(node, kind, new)
        yield from self.children(node)

    def _function(self, node: ast.FunctionDef) -> Iterator[Mutant]:
        outer = not self.function
        around = self.lines
        if outer:
            self.lines = node.lineno, node.end_lineno or node.lineno
            yield from self.children(node.args)
            self.function = ".".join((*self.classes, node.name))
            self.first_line = min((node.lineno, *(decorator.lineno for decorator in node.decorator_list)))
        yield from self.body(node.body)
        if outer:
            self.function, self.first_line = "", 0
        self.lines = around

    def _class(self, node: ast.ClassDef) -> Iterator[Mutant]:
        self.lines = node.lineno, node.end_lineno or node.lineno
        for decorator in node.decorator_list:  # of a dataclass, whether it is frozen is what can be told by its use
            for keyword in getattr(decorator, "keywords", []):
                if keyword.arg == "frozen":
                    yield from self.expression(keyword.value)
        self.classes.append(node.name)
        yield from self.body(node.body)
        self.classes.pop()
        self.lines = 0, 0

    def _made(self, node: ast.expr | ast.stmt, kind: str, new: ast.expr | ast.stmt) -> Mutant:
        start = self.starts[node.lineno - 1] + node.col_offset
        end = self.starts[(node.end_lineno or 0) - 1] + (node.end_col_offset or 0)
        before = self.source[start:end].decode()
        text = ast.unparse(ast.fix_missing_locations(new))
        padding = "\n" * (before.count("\n") - text.count("\n"))
        return Mutant(
            path=self.path,
            line=node.lineno,
            kind=kind,
            start=start,
            end=end,
            before=before,
            after=f"({text}{padding})" if isinstance(new, ast.expr) else text + padding,
            lines=self.lines,
            function=self.function,
            first_line=self.first_line,
        )


def _left_out(node: ast.stmt) -> bool:
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        return True
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return True
    if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
        return True
    return isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id == "__all__" for t in node.targets)


def _of_statement(node: ast.stmt) -> Iterator[Change]:
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        yield "call-removed", ast.Pass()
    elif isinstance(node, ast.Assign) and any(isinstance(target, ast.Attribute) for target in node.targets):
        yield "assignment-removed", ast.Pass()
    elif isinstance(node, ast.AugAssign):
        yield "assignment-removed", ast.Pass()
        if type(node.op) in _COUNTED:
            yield "arithmetic", ast.AugAssign(target=node.target, op=_COUNTED[type(node.op)](), value=node.value)
    elif isinstance(node, ast.Raise):
        yield "raise-removed", ast.Pass()
    elif isinstance(node, ast.Return) and node.value is not None:
        if isinstance(node.value, (*_JUDGED, ast.UnaryOp)):
            yield "return-opposite", ast.Return(value=ast.UnaryOp(op=ast.Not(), operand=node.value))
        elif not isinstance(node.value, ast.Constant):
            yield "return-none", ast.Return(value=ast.Constant(value=None))
    elif isinstance(node, ast.Break):
        yield "break-continue", ast.Continue()
    elif isinstance(node, ast.Continue):
        yield "break-continue", ast.Break()


def _of_expression(node: ast.expr) -> Iterator[Change]:
    if isinstance(node, ast.Compare):
        for at, op in enumerate(node.ops):
            ops = [*node.ops[:at], _COMPARED[type(op)](), *node.ops[at + 1 :]]
            yield "comparison", ast.Compare(left=node.left, ops=ops, comparators=node.comparators)
    elif isinstance(node, ast.BoolOp):
        other = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        yield "and-or", ast.BoolOp(op=other, values=node.values)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield "not-removed", node.operand
    elif isinstance(node, ast.IfExp) and not isinstance(node.test, (*_JUDGED, ast.UnaryOp)):
        yield "condition", ast.IfExp(test=node.test, body=node.orelse, orelse=node.body)
    elif isinstance(node, ast.BinOp) and type(node.op) in _COUNTED and not (_text(node.left) or _text(node.right)):
        yield "arithmetic", ast.BinOp(left=node.left, op=_COUNTED[type(node.op)](), right=node.right)
    elif isinstance(node, ast.Call):
        for at, keyword in enumerate(node.keywords):
            if keyword.arg not in {None, *_TEXTS}:
                rest = [*node.keywords[:at], *node.keywords[at + 1 :]]
                yield "keyword-dropped", ast.Call(func=node.func, args=node.args, keywords=rest)
    elif isinstance(node, ast.Constant):
        yield from (("constant", ast.Constant(value=value)) for value in _others(node.value))


def _text(node: ast.expr) -> bool:
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))


def _others(value: object) -> list[bool | int | str | bytes]:
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, int):
        return [value + 1, value - 1] if value > 0 else [value + 1]
    if isinstance(value, str):
        return ["" if value else "other"]
    if isinstance(value, bytes):
        return [b"" if value else b"other"]
    return []
