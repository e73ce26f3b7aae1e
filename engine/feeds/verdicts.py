"""Which rows of repeated keys stay: one of exact re-sends, none of a conflict, every real version.

Of one key, rows known on the same day with different content are a conflict and all of them go. Of those that
stay, in the order of `known_on`, a row that says the same as the one before it is a re-send, however late: it
changes nothing, and evidence does not become later by being sent twice.
"""

from collections.abc import Sequence

from engine.feeds import quoting

CONFLICT, DUPLICATE = "conflict", "duplicate"


def _listed(columns: Sequence[str]) -> str:
    return ", ".join(quoting.name(column) for column in columns)


def repeated_keys(relation: str, key: Sequence[str]) -> str:
    """Query for the keys that more than one row of `relation` (SQL after FROM) has."""
    return f"SELECT {_listed(key)} FROM {relation} GROUP BY {_listed(key)} HAVING count(*) > 1"


def key_hash(key: Sequence[str]) -> str:
    """A 64-bit hash of the key, without its first column (`source`) where it has another of the record's own."""
    return f"hash({_listed(key[1:] if key[0] == 'source' else key)})"


def repeated_hashes(relation: str, key: Sequence[str]) -> str:
    """Query for the hashes that occur twice: sorting numbers takes a third of the time of grouping texts."""
    hashed = f"SELECT {key_hash(key)} AS h FROM {relation}"
    return f"SELECT DISTINCT h FROM (SELECT h, h = lag(h) OVER (ORDER BY h) AS twice FROM ({hashed})) WHERE twice"


def content(columns: Sequence[str]) -> str:
    """What a row says, as one SQL value; a `status` of final and an empty one are the same."""
    says = (
        f"coalesce({quoting.name(name)}, 'final')" if name == "status" else quoting.name(name)
        for name in columns
    )
    return f"row({', '.join(says)})"


def doubtful_keys(suspects: str, key: Sequence[str]) -> str:
    """Query for the keys of which two rows are of one day or seem to say the same: of others every row stays.

    `suspects` (SQL after FROM) has for each row hashes of its key and of what it says: `key_hash` and `said_hash`.
    """
    return f"""
        SELECT DISTINCT {_listed(key)} FROM {suspects} WHERE key_hash IN (
            SELECT key_hash FROM {suspects} GROUP BY key_hash, known_on HAVING count(*) > 1
            UNION ALL SELECT key_hash FROM {suspects} GROUP BY key_hash, said_hash HAVING count(*) > 1)
    """


def verdicts(relation: str, key: Sequence[str], says: str) -> str:
    """Query for (row_no, verdict) of the rows that do not stay; `relation` holds all rows of its keys.

    `says` is SQL for a row's content. Of rows that say the same on one day, the first by `row_no` stays.
    """
    keys = _listed(key)
    return f"""
        WITH said AS (SELECT row_no, known_on, {keys}, {says} AS content FROM {relation}),
        judged AS (
            SELECT *, count(DISTINCT content) OVER (PARTITION BY {keys}, known_on) > 1 AS contested FROM said
        ),
        staying AS (
            SELECT row_no, content IS NOT DISTINCT FROM
                lag(content) OVER (PARTITION BY {keys} ORDER BY known_on, row_no) AS resent
            FROM judged WHERE NOT contested
        )
        SELECT row_no, '{CONFLICT}' AS verdict FROM judged WHERE contested
        UNION ALL
        SELECT row_no, '{DUPLICATE}' FROM staying WHERE resent
    """
