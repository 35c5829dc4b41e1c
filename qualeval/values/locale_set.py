"""Sets of places, exact and canonical, on two levels: countries, and within a country its subdivisions.

One *state* is a country with one subdivision, or with none named. Every country has without end many places beside its
listed subdivisions, so naming all fifty states is still not the whole of US. A locale stands for its region.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from operator import and_, itemgetter, or_, xor
from types import MappingProxyType

from attrs import field, frozen

from qualeval.values.locale import UNLISTED, Locale, country_codes, subdivision_codes

__all__ = ["LocaleSet", "Places"]


@frozen
class Places:
    """The part of one country: finitely many of its subdivisions, or all of it but those (`cofinite`).

    The place with no subdivision named is in every cofinite part and in no finite one.
    """

    codes: frozenset[str] = frozenset()
    cofinite: bool = False

    def __contains__(self, code: str | None) -> bool:
        return (code in self.codes) != self.cofinite

    def combined(self, other: Places, rule: Callable[[bool, bool], bool]) -> Places:
        """The places whose memberships satisfy `rule`; only the listed codes and the rest can differ."""
        rest = rule(self.cofinite, other.cofinite)
        listed = self.codes | other.codes
        return Places(frozenset(c for c in listed if rule(c in self, c in other) != rest), rest)

    def is_subset(self, other: Places) -> bool:
        """Whether all of it belongs to `other` too; what is cofinite is no part of what is finite."""
        if self.cofinite:
            return other.cofinite and other.codes <= self.codes
        return self.codes.isdisjoint(other.codes) if other.cofinite else self.codes <= other.codes

    @property
    def is_whole(self) -> bool:
        """Whether it is the whole country."""
        return self.cofinite and not self.codes

    @property
    def is_empty(self) -> bool:
        """Whether it is nothing."""
        return not self.cofinite and not self.codes


_WHOLE, _NOTHING = Places(cofinite=True), Places()


def _sorted(parts: Iterable[tuple[str, Places]]) -> tuple[tuple[str, Places], ...]:
    return tuple(sorted(parts, key=itemgetter(0)))


@frozen
class LocaleSet:
    """A set of places: whether a country that is not named belongs to it, and the countries that differ from that.

    Made by `empty`, `everything`, `only`; combined by `&`, `|`, `-`, `~`.

    >>> LocaleSet.only(Locale("US")) - LocaleSet.only(Locale("US", "CA"))
    <LocaleSet US (but not US-CA)>
    """

    _exceptions: tuple[tuple[str, Places], ...] = field(default=(), converter=_sorted)
    default: bool = False

    @classmethod
    def empty(cls) -> LocaleSet:
        """The set of no place."""
        return cls()

    @classmethod
    def everything(cls) -> LocaleSet:
        """The set of all places."""
        return cls((), True)

    @classmethod
    def only(cls, *locales: Locale) -> LocaleSet:
        """The regions of these locales."""
        parts: dict[str, Places] = {}
        for locale in locales:
            named = _WHOLE if locale.subdivision is None else Places(frozenset([locale.subdivision]))
            parts[locale.country] = parts.get(locale.country, _NOTHING).combined(named, or_)
        return cls(tuple(parts.items()))

    @cached_property
    def exceptions(self) -> Mapping[str, Places]:
        """The countries that differ from `default`, and the part of each that belongs to the set."""
        return MappingProxyType(dict(self._exceptions))

    def places(self, country: str) -> Places:
        """The part of one country that belongs to the set."""
        return self.exceptions.get(country, _WHOLE if self.default else _NOTHING)

    def contains_region(self, locale: Locale) -> bool:
        """Whether the whole region of `locale` belongs to the set."""
        places = self.places(locale.country)
        return places.is_whole if locale.subdivision is None else locale.subdivision in places

    def misses_region(self, locale: Locale) -> bool:
        """Whether nothing of the region of `locale` belongs to the set."""
        places = self.places(locale.country)
        return places.is_empty if locale.subdivision is None else locale.subdivision not in places

    def __and__(self, other: LocaleSet) -> LocaleSet:
        return self._combined(other, and_)

    def __or__(self, other: LocaleSet) -> LocaleSet:
        return self._combined(other, or_)

    def __xor__(self, other: LocaleSet) -> LocaleSet:
        return self._combined(other, xor)

    def __sub__(self, other: LocaleSet) -> LocaleSet:
        return self & ~other

    def __invert__(self) -> LocaleSet:
        flipped = ((country, Places(part.codes, not part.cofinite)) for country, part in self._exceptions)
        return LocaleSet(tuple(flipped), not self.default)

    def _combined(self, other: LocaleSet, rule: Callable[[bool, bool], bool]) -> LocaleSet:
        """Only the countries that one of the two names can differ from what holds for all the rest."""
        default = rule(self.default, other.default)
        same = _WHOLE if default else _NOTHING
        parts = {c: self.places(c).combined(other.places(c), rule) for c in {*self.exceptions, *other.exceptions}}
        return LocaleSet(tuple((c, part) for c, part in parts.items() if part != same), default)

    @property
    def is_empty(self) -> bool:
        """Whether no place belongs to it."""
        return not self.default and not self._exceptions

    def is_subset(self, other: LocaleSet) -> bool:
        """Whether every place of it belongs to `other` too.

        Where the countries that this set does not name are not in it, those that it names are all there is to look at;
        where they are, they must be in `other`, and then only what `other` names can be missing there.
        """
        if self.default:
            return other.default and all(self.places(country).is_subset(part) for country, part in other._exceptions)
        return all(part.is_subset(other.places(country)) for country, part in self._exceptions)

    def is_disjoint(self, other: LocaleSet) -> bool:
        """Whether no place belongs to both."""
        return self.is_subset(~other)

    @property
    def single(self) -> Locale | None:
        """The locale whose region this is; None where no locale names just this."""
        match self._exceptions:
            case ((country, part),) if not self.default and part.is_whole:
                return Locale(country)
            case ((country, part),) if not self.default and not part.cofinite and len(part.codes) == 1:
                return Locale(country, next(iter(part.codes)))
        return None

    def sample(self, preferred: Iterable[Locale] = ()) -> Locale | None:
        """One locale whose region lies inside, always the same; None where there is none.

        The first of `preferred` that does; else a country that the set names before the others, and a real subdivision
        before the unlisted `ZZ`.
        """
        for locale in preferred:
            if self.contains_region(locale):
                return locale
        for country, part in self._exceptions:
            if (found := _locale_in(country, part)) is not None:
                return found
        unnamed = (code for code in ("US", *sorted(country_codes())) if code not in self.exceptions)
        return next((Locale(code) for code in unnamed), None) if self.default else None

    def locales(self) -> tuple[Locale, ...] | None:
        """The locales whose regions make up the set; None where no finite list does."""
        if self.default or any(part.cofinite and part.codes for _, part in self._exceptions):
            return None
        return tuple(
            locale
            for country, part in self._exceptions
            for locale in (
                [Locale(country)] if part.is_whole else [Locale(country, code) for code in sorted(part.codes)]
            )
        )

    def __str__(self) -> str:
        if self.default:
            return f"anywhere but {~self}" if self._exceptions else "anywhere"
        return ", ".join(_part_text(country, part) for country, part in self._exceptions) or "nowhere"

    def __repr__(self) -> str:
        return f"<LocaleSet {self}>"


def _locale_in(country: str, part: Places) -> Locale | None:
    """A locale whose region lies inside a part; None where there is none (all of AN but AN-ZZ has no other name)."""
    if part.is_whole:
        return Locale(country)
    inside = {*subdivision_codes(country), UNLISTED} - part.codes if part.cofinite else part.codes
    code = min(inside, key=lambda code: (code == UNLISTED, code), default=None)
    return None if code is None else Locale(country, code)


def _part_text(country: str, part: Places) -> str:
    names = ", ".join(f"{country}-{code}" for code in sorted(part.codes))
    if not part.cofinite:
        return names
    return f"{country} (but not {names})" if names else country
