"""Random conditions over given names, as people write them: signs side by side, few parentheses, blanks or none."""

from mnemo_cli.limits.rules.condition import DEEPEST

CONSTANTS = ("0", "1", "2", "60", "0.5", "0.1", "100", "1e3", "9000", "1e-3", "4Ki", "1e24", "9007199254740993")
COMPARISONS = ("<", "<=", ">", ">=", "==", "!=")
assert DEEPEST > 8, "these conditions are nested up to 8 deep"


def claim(random, names, depth=3):
    """A condition as text."""
    kind = random.random()
    if depth <= 0 or kind < 0.5:
        return comparison(random, names)
    if kind < 0.65:
        return f"not {in_parentheses(random, claim(random, names, depth - 1))}"
    word = random.choice(("and", "or"))
    left, right = (claim(random, names, depth - 1) for _ in range(2))
    return f"{either_way(random, left)} {word} {either_way(random, right)}"


def comparison(random, names):
    """At least one side has a name."""
    sides = [amount(random, names), amount(random, (), 1) if random.random() < 0.5 else amount(random, names)]
    random.shuffle(sides)
    if not any(name in side for side in sides for name in names):
        sides[0] = random.choice(names)
    blank = random.choice(("", " "))
    return f"{sides[0]}{blank}{random.choice(COMPARISONS)}{blank}{sides[1]}"


def amount(random, names, depth=2):
    """A number, a name, or a sum of such."""
    kind = random.random()
    if depth <= 0 or kind < 0.5:
        return random.choice(names if names and random.random() < 0.6 else CONSTANTS)
    if kind < 0.6:
        return f"{random.choice('+-')}{in_parentheses(random, amount(random, names, depth - 1))}"
    left, right = (either_way(random, amount(random, names, depth - 1)) for _ in range(2))
    blank = random.choice(("", " "))
    return f"{left}{blank}{random.choice('+-*/')}{blank}{right}"


def either_way(random, text):
    """Mostly bare, so that the order of signs decides what belongs together."""
    return f"({text})" if random.random() < 0.3 else text


def in_parentheses(random, text):
    """Mostly in parentheses."""
    return text if random.random() < 0.3 else f"({text})"
