"""Conditions and amounts as trees, by recursive descent.

One ladder serves both: or, and, not, comparison (`is`, `in`, `<=` …), sums, products, `of`, unary
minus, primaries. What a tree means is said in `conditions` and `amounts`.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

TOKEN = re.compile(
    r"""\s*(?:(?P<number>\d+(?:\.\d+)?\s*%?)|(?P<text>"[^"]*"|'[^']*')
    |(?P<name>[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)?)|(?P<sign><=|>=|!=|==|[-+*/()<>=,]))""",
    re.VERBOSE,
)
COMPARISONS = ("<=", ">=", "<", ">", "=", "==", "!=")


@dataclass(frozen=True)
class Number:
    """A literal; a percentage is already divided by 100."""

    value: Fraction


@dataclass(frozen=True)
class Text:
    """A quoted literal."""

    value: str


@dataclass(frozen=True)
class Name:
    """`price`, `diagnosis`, `remission.date` (then `field` is `date`)."""

    name: str
    field: str | None = None


@dataclass(frozen=True)
class Is:
    """`remission is met`."""

    outcome: str
    status: str


@dataclass(frozen=True)
class In:
    """`diagnosis in ("C91.00", …)`."""

    item: "Node"
    choices: tuple["Node", ...]


@dataclass(frozen=True)
class Binary:
    """A comparison or an arithmetic operator between two nodes."""

    operator: str
    left: "Node"
    right: "Node"


@dataclass(frozen=True)
class Not:
    """`not part`."""

    part: "Node"


@dataclass(frozen=True)
class AllOf:
    """`a and b and …`; `texts` are the parts as they were written."""

    parts: tuple["Node", ...]
    texts: tuple[str, ...]


@dataclass(frozen=True)
class AtLeast:
    """`at_least k of (…)`; `a or b` is at least one of them."""

    count: int
    parts: tuple["Node", ...]


@dataclass(frozen=True)
class Call:
    """`min(…)`, `max(…)`, `months_between(a, b)` …"""

    function: str
    arguments: tuple["Node", ...]


Node: TypeAlias = Number | Text | Name | Is | In | Binary | Not | AllOf | AtLeast | Call


class Parser:
    """Reads one expression; every method leaves the place after what it read."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.at = 0

    def peek(self) -> str:
        """The next token's text, "" at the end. Raises ValueError on a character out of place."""
        if not self.source[self.at :].strip():
            return ""
        found = TOKEN.match(self.source, self.at)
        if found is None:
            raise ValueError(f"cannot read {self.source[self.at :]!r}")
        return found.group().strip()

    def take(self, *wanted: str) -> str:
        """The next token, which must be one of `wanted` where any are given."""
        token = self.peek()
        if token == "" or (wanted and token not in wanted):
            raise ValueError(f"expected {wanted} at {self.source[self.at :]!r}")
        self.at = self.source.index(token, self.at) + len(token)
        return token

    def either(self) -> Node:
        """`a or b or …`."""
        parts = [self.both()]
        while self.peek() == "or":
            self.take()
            parts.append(self.both())
        return parts[0] if len(parts) == 1 else AtLeast(1, tuple(parts))

    def both(self) -> Node:
        """`a and b and …`."""
        starts = [self.at]
        parts = [self.negated()]
        ends = [self.at]
        while self.peek() == "and":
            self.take()
            starts.append(self.at)
            parts.append(self.negated())
            ends.append(self.at)
        if len(parts) == 1:
            return parts[0]
        texts = tuple(self.source[a:b].strip() for a, b in zip(starts, ends, strict=True))
        return AllOf(tuple(parts), texts)

    def negated(self) -> Node:
        """`not a`, or a comparison."""
        if self.peek() == "not":
            self.take()
            return Not(self.negated())
        return self.compared()

    def compared(self) -> Node:
        """`x is met`, `a in (…)`, `a <= b`, or a sum."""
        left = self.sum()
        if self.peek() == "is" and isinstance(left, Name):
            self.take()
            return Is(left.name, self.take())
        if self.peek() == "in":
            self.take()
            return In(left, self.listed(self.sum))
        if self.peek() in COMPARISONS:
            operator = self.take()
            return Binary(operator, left, self.sum())
        return left

    def sum(self) -> Node:
        """`a + b - …`."""
        node = self.product()
        while self.peek() in ("+", "-"):
            operator = self.take()
            node = Binary(operator, node, self.product())
        return node

    def product(self) -> Node:
        """`a * b / …`."""
        node = self.share()
        while self.peek() in ("*", "/"):
            operator = self.take()
            node = Binary(operator, node, self.share())
        return node

    def share(self) -> Node:
        """`80% of price`: a product that binds tighter than `*` and `/`."""
        node = self.signed()
        if self.peek() == "of":
            self.take()
            return Binary("*", node, self.share())
        return node

    def signed(self) -> Node:
        """`-a`, or a primary."""
        if self.peek() == "-":
            self.take()
            return Binary("-", Number(Fraction(0)), self.signed())
        return self.primary()

    def primary(self) -> Node:
        """A literal, a name, a call, `at_least k of (…)`, or something in parentheses."""
        token = self.take()
        if token == "(":
            node = self.either()
            self.take(")")
            return node
        if token[0].isdigit():
            value = Fraction(token.rstrip("% "))
            return Number(value / 100 if token.endswith("%") else value)
        if token[0] in "\"'":
            return Text(token[1:-1])
        if token == "at_least":
            count = int(self.take())
            self.take("of")
            return AtLeast(count, self.listed(self.either))
        if self.peek() == "(":
            return Call(token, self.listed(self.either))
        name, _, field = token.partition(".")
        return Name(name, field or None)

    def listed(self, item: "ReadNode") -> tuple[Node, ...]:
        """`(a, b, …)`."""
        self.take("(")
        found = [item()]
        while self.take(",", ")") == ",":
            found.append(item())
        return tuple(found)


ReadNode: TypeAlias = Callable[[], Node]


def parse(source: str) -> Node:
    """The tree of a whole condition or amount. Raises ValueError where it cannot be read."""
    parser = Parser(source)
    node = parser.either()
    if parser.peek():
        raise ValueError(f"left over: {source[parser.at :]!r}")
    return node


def outcomes_read(node: Node) -> set[str]:
    """The outcomes whose status or fields a tree reads."""
    return {name for name, _ in fields_read(node)}


def fields_read(node: Node) -> set[tuple[str, str]]:
    """Each outcome with what a tree reads of it: `status`, or a field."""
    if isinstance(node, Is):
        return {(node.outcome, "status")}
    if isinstance(node, Name):
        return {(node.name, node.field)} if node.field else set()
    parts: tuple[Node, ...] = ()
    if isinstance(node, Binary):
        parts = (node.left, node.right)
    elif isinstance(node, In):
        parts = (node.item, *node.choices)
    elif isinstance(node, Not):
        parts = (node.part,)
    elif isinstance(node, AllOf | AtLeast):
        parts = node.parts
    elif isinstance(node, Call):
        parts = node.arguments
    return {pair for part in parts for pair in fields_read(part)}
