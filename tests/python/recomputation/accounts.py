"""Which account a row belongs to: the end of a chain of merges, or what a contact, an address or a domain tells."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from .reading import Record

LONGEST_CHAIN = 10


# --- Merges ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Merges:
    """The record at the end of each one's chain of merges, and those whose chain runs in a circle."""

    end_of: dict[str, str]
    endless: list[str]


def follow_merges(standing: Iterable[str], pointers: Mapping[str, str | None]) -> Merges:
    """Where what belongs to each id belongs: the last record on its way that stands.

    A pointer counts only if it leads to what stands or has a pointer itself. A chain that has not ended after ten steps
    is on its way to a circle (or may as well be) and merges nothing.
    """
    stands = {*standing}
    known = {*stands, *(name for name, target in pointers.items() if target is not None)}

    def following(name: str) -> str | None:
        target = pointers.get(name)
        return target if target in known else None

    end_of: dict[str, str] = {}
    endless: list[str] = []
    for name in sorted(known | {*pointers}):
        way = [name]
        while (target := following(way[-1])) is not None and len(way) <= LONGEST_CHAIN + 1:
            way.append(target)
        if len(way) > LONGEST_CHAIN + 1:
            endless.append(name)
            way = [name]
        on_the_way = [step for step in way if step in stands]
        if on_the_way:
            end_of[name] = on_the_way[-1]
    return Merges(end_of, endless)


def account_pointers(accounts: Iterable[Record], merges: Iterable[Record]) -> dict[str, str | None]:
    """What each account was merged into: by its own row, else by the latest row of account_merges, else the least."""
    told: dict[str, Record] = {}
    for row in merges:
        other = told.get(row["account_id"])
        if other is None or _goes_before(row, other):
            told[row["account_id"]] = row
    pointers: dict[str, str | None] = {name: row["merged_into_account_id"] for name, row in told.items()}
    for account in accounts:
        own = account["merged_into_account_id"]
        pointers[account["account_id"]] = own if own is not None else pointers.get(account["account_id"])
    return pointers


def _goes_before(row: Record, other: Record) -> bool:
    """Whether a merge is later than another, or of the same moment with a lesser target."""
    for name in ("updated_at", "loaded_at"):
        if row[name] != other[name]:
            return row[name] is not None and (other[name] is None or bool(row[name] > other[name]))
    mine, its = (each["merged_into_account_id"].encode("utf-8", "surrogatepass") for each in (row, other))
    return bool(mine < its)


# --- Domains ---------------------------------------------------------------------------------------------------------


def normal_domain(domain: str | None) -> str | None:
    """A domain as it is compared: lower case, without scheme, user, www., port, path, query, fragment and last dots; of
    an e-mail address the part behind the @. Labels in punycode as the letters that they stand for."""
    if domain is None:
        return None
    bare = re.sub(r"^([a-z][a-z0-9+.-]*:)?//", "", domain.lower())
    bare = re.split(r"[/?#]", bare, maxsplit=1)[0].rpartition("@")[2]
    bare = unicodedata.normalize("NFC", bare).removeprefix("www.").partition(":")[0].rstrip(".")
    return ".".join(map(_decoded, bare.split("."))) or None


def address(email: str | None) -> str | None:
    """An e-mail address; none where it is no such thing."""
    return email if email is not None and "@" in email else None


def _decoded(label: str) -> str:
    """A label with the letters that it stands for; one that is not in punycode, or wrongly, as it is."""
    if not label.startswith("xn--") or label == "xn--":
        return label
    try:
        return unicodedata.normalize("NFC", label[4:].encode("ascii").decode("punycode").lower())
    except UnicodeError:
        return label


@dataclass(frozen=True)
class Found:
    """What an address means: an account, or why none."""

    account_id: str | None
    reason: str | None = None


@dataclass
class Directory:
    """Which account a domain means."""

    bearers: dict[str, set[str]]
    parents: dict[str, str]
    free: frozenset[str]
    _found: dict[str | None, Found] = field(default_factory=dict)

    def find(self, address: str | None) -> Found:
        """The account that a domain, or an address, means: by itself, or without its first labels, down to two."""
        domain = normal_domain(address)
        if domain not in self._found:
            self._found[domain] = self._find(domain)
        return self._found[domain]

    def _find(self, domain: str | None) -> Found:
        if domain is None:
            return Found(None, "unknown_account")
        labels = domain.split(".")
        tried = [domain, *(".".join(labels[-n:]) for n in range(min(len(labels) - 1, 8), 1, -1))]
        for candidate in tried:
            if candidate in self.free:
                return Found(None, "free_email_domain")
            if owners := self.bearers.get(candidate, set()):
                head = self._head(owners)
                return Found(head, None if head else "ambiguous_domain")
        return Found(None, "unknown_account")

    def _head(self, owners: set[str]) -> str | None:
        """The only owner, or the one that all others are below."""
        if len(owners) == 1:
            return next(iter(owners))
        heads = [one for one in owners if all(one in self._above(other) for other in owners - {one})]
        return heads[0] if len(heads) == 1 else None

    def _above(self, account_id: str) -> set[str]:
        """The parent, its parent and so on, ten times."""
        above: set[str] = set()
        current: str | None = account_id
        for _ in range(LONGEST_CHAIN):
            current = self.parents.get(current) if current is not None else None
            if current is not None:
                above.add(current)
        return above


def directory(
    accounts: Mapping[str, Record], domains: Iterable[Record], end_of: Mapping[str, str], free: frozenset[str]
) -> Directory:
    """The domains of accounts (also of those that were merged and deleted) and of account_domains, after merges."""
    bearers: dict[str, set[str]] = {}
    for row in domains:
        domain = normal_domain(row["domain"])
        if domain is not None and row["account_id"] in end_of:
            bearers.setdefault(domain, set()).add(end_of[row["account_id"]])
    return Directory(bearers, parents(accounts, end_of), free)


def parents(accounts: Mapping[str, Record], end_of: Mapping[str, str]) -> dict[str, str]:
    """The parent of each account that is not merged away, after merges; one that is no account as it is named."""
    found = {}
    for account_id, account in accounts.items():
        named = account["parent_account_id"]
        parent = end_of.get(named, named) if named is not None else None
        if end_of[account_id] == account_id and parent is not None and parent != account_id:
            found[account_id] = parent
    return found


# --- Who a row belongs to --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class People:
    """The contacts that count, each with its account (`account_id`, or None), and who a contact_id or an address is."""

    contacts: dict[str, Record]
    end_of: dict[str, str]
    by_email: dict[str, str]

    def contact_of(self, contact_id: str | None, email: str | None) -> str | None:
        """The contact of a signal: of its contact_id after merges, else the one with its address; else as named."""
        known = self.end_of.get(contact_id) if contact_id is not None else None
        by_email = self.by_email.get(email.lower()) if email is not None else None
        return known or by_email or contact_id

    def account_of(self, contact_id: str | None) -> str | None:
        """The account of a contact after merges."""
        known = self.end_of.get(contact_id) if contact_id is not None else None
        contact = self.contacts.get(known) if known is not None else None
        return contact["account_id"] if contact is not None else None


def people(contacts: Iterable[Record], merges: Merges, end_of: Mapping[str, str], domains: Directory) -> People:
    """Contacts that are not merged away; without a known account_id, of the account that their address finds."""
    counted: dict[str, Record] = {}
    owners: dict[str, list[str]] = {}
    for row in contacts:
        name = row["contact_id"]
        if merges.end_of[name] != name:
            continue
        account_id = end_of.get(row["account_id"]) or domains.find(address(row["email"])).account_id
        counted[name] = {**row, "account_id": account_id, "raw_account_id": row["account_id"]}
        if row["email"] is not None:
            owners.setdefault(row["email"].lower(), []).append(name)
    by_email = {email: names[0] for email, names in owners.items() if len(names) == 1}
    return People(counted, merges.end_of, by_email)


def match_signals(
    signals: list[Record], end_of: Mapping[str, str], persons: People, domains: Directory
) -> tuple[dict[str, list[Record]], list[Record]]:
    """The standing signals of each account, with their contact, and those that belong to none, with the reason."""
    matched: dict[str, list[Record]] = {}
    unmatched: list[Record] = []
    for row in signals:
        signal = {**row, "contact_id": persons.contact_of(row["contact_id"], row["email"])}
        by_domain, by_email = domains.find(row["domain"]), domains.find(address(row["email"]))
        one_contact = persons.by_email.get(row["email"].lower()) if row["email"] is not None else None
        account_id = (
            end_of.get(row["account_id"])
            or persons.account_of(row["contact_id"])
            or persons.account_of(one_contact)
            or by_domain.account_id
            or by_email.account_id
        )
        if account_id is not None:
            matched.setdefault(account_id, []).append(signal)
            continue
        reasons = [found.reason for found in (by_domain, by_email) if found.reason != "unknown_account"]
        unmatched.append(
            {
                "signal_id": row["signal_id"],
                "account_id": row["account_id"],
                "domain": row["domain"] or _written_domain(row["email"]),
                "reason": reasons[0] if reasons else "unknown_account",
            }
        )
    return matched, unmatched


def _written_domain(email: str | None) -> str | None:
    """The domain of an address as it is written, but in lower case."""
    if address(email) is None or email is None:
        return None
    bare = re.split(r"[/?#]", re.sub(r"^([a-z][a-z0-9+.-]*:)?//", "", email.lower()), maxsplit=1)[0].rpartition("@")[2]
    return unicodedata.normalize("NFC", bare).removeprefix("www.").partition(":")[0].rstrip(".") or None


def place_activities(
    activities: list[Record], end_of: Mapping[str, str], persons: People, reps: Iterable[Record]
) -> list[Record]:
    """Activities with the account and the contact they belong to. A call by one of our reps is outbound unless said."""
    ours = {rep["owner_id"] for rep in reps}
    placed = []
    for row in activities:
        is_our_call = row["activity_type"] == "call" and row["owner_id"] in ours
        placed.append(
            {
                **row,
                "raw_account_id": row["account_id"],
                "account_id": end_of.get(row["account_id"]) or persons.account_of(row["contact_id"]),
                "contact_id": persons.end_of.get(row["contact_id"]) if row["contact_id"] is not None else None,
                "direction": row["direction"] or ("outbound" if is_our_call else None),
            }
        )
    return placed


def belongings(records: list[Record], end_of: Mapping[str, str]) -> dict[str, list[Record]]:
    """The records of each account after merges; those of accounts that do not stand belong to nobody."""
    grouped: dict[str, list[Record]] = {}
    for record in records:
        end = end_of.get(record["account_id"])
        if end is not None:
            grouped.setdefault(end, []).append(record)
    return grouped
