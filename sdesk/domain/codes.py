"""Codes that standards list: currencies (ISO 4217) and languages (ISO 639-1). The nearest right one for a wrong one."""

from __future__ import annotations

from sdesk.domain.errors import BadInput
from sdesk.domain.nearest import nearest

_CURRENCIES = """
AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP
CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR
ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT
MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD
SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VED VES
VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG
"""
CURRENCIES = frozenset(_CURRENCIES.split())
"""Of money that people pay with; funds, metals and codes for tests are none."""

_LANGUAGES = """
aa ab ae af ak am an ar as av ay az ba be bg bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el en eo es
et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja jv ka kg ki
kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no
nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st su sv sw ta te
tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu
"""
LANGUAGES = frozenset(_LANGUAGES.split())

_SIGNS = {"€": "EUR", "$": "USD", "£": "GBP", "₽": "RUB", "¥": "JPY", "₴": "UAH", "₸": "KZT", "RUR": "RUB"}
"""What is written for a currency that has another code."""


def require_currency(text: str) -> None:
    """BadInput for what is no code of a currency."""
    if text not in CURRENCIES:
        near = _SIGNS.get(text.strip()) or nearest(text, sorted(CURRENCIES))
        raise BadInput(
            f"`{text}` is no currency",
            f"did you mean `{near}`?" if near else "write its three letters (ISO 4217), as EUR or RUB",
        )


def require_language(text: str) -> None:
    """BadInput for what is no code of a language."""
    if text not in LANGUAGES:
        start = text.strip().lower()[:2]
        near = start if start in LANGUAGES else None
        raise BadInput(
            f"`{text}` is no language",
            f"did you mean `{near}`?" if near else "write its two letters (ISO 639-1), as en or ru",
        )
