"""A shared mailbox at a public domain is one mailbox, not all of them."""

import re

import pytest

from handlers.received_mail.sender_check.public_domains import PUBLIC_DOMAINS


@pytest.mark.parametrize(
    "domain",
    """
    gmail.com googlemail.com outlook.com outlook.es outlook.com.br outlook.com.ar hotmail.com hotmail.es hotmail.com.ar
    hotmail.com.mx live.com live.com.ar live.com.mx msn.com yahoo.com yahoo.com.ar yahoo.com.br yahoo.com.mx yahoo.es ymail.com
    icloud.com me.com mac.com aol.com gmx.com gmx.net gmx.de gmx.es proton.me protonmail.com pm.me zoho.com yandex.com yandex.ru
    mail.com mail.ru uol.com.br bol.com.br terra.com.br ig.com.br globo.com r7.com prodigy.net.mx telmex.com arnet.com.ar
    fibertel.com.ar speedy.com.ar ciudad.com.ar une.net.co adinet.com.uy vtr.net cantv.net resend.app
    """.split(),
)
def test_known_ones(domain: str) -> None:
    assert domain in PUBLIC_DOMAINS


@pytest.mark.parametrize("domain", sorted(PUBLIC_DOMAINS))
def test_each_is_a_domain_in_lower_case(domain: str) -> None:
    assert re.fullmatch(r"(?:[a-z0-9-]+\.)+[a-z]{2,}", domain)


def test_a_company_s_domain_is_none() -> None:
    assert not {"example.com", "acme.com.ar", "com.br", "com"} & PUBLIC_DOMAINS
