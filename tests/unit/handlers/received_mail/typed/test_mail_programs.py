"""What mail programs mark as quoted or as a signature is found by their names; what only looks like that was typed."""

import pytest

from handlers.received_mail.typed.html_text import html_lines
from handlers.received_mail.typed.lines import Origin


def typed(html: str) -> str:
    return "\n".join(line.text for line in html_lines(html) if line.origin is Origin.TYPED)


QUOTES = [
    "<div class='gmail_quote gmail_quote_container'>x</div>",
    "<div dir=ltr class=gmail_attr>x</div>",
    "<blockquote type='cite'>x</blockquote>",
    "<blockquote style='margin:0;border-left: 1px solid #ccc'>x</blockquote>",
    "<div class='moz-cite-prefix'>x</div>",
    "<div id='mail-editor-reference-message-container'>x</div>",
    "<span id='OLK_SRC_BODY_SECTION'>x</span>",
    "<div id='yahoo_quoted_3541'>x</div>",
    "<div class='ydp8c1fyahoo_quoted'>x</div>",
    "<p id='reply-intro'>x</p>",
    "<div class='protonmail_quote'>x</div>",
    "<div name='messageReplySection'>x</div>",
    "<div class='tutanota_quote'>x</div>",
    "<div class='zmail_extra'>x</div>",
    "<div class='ms-outlook-mobile-reference-message skipProofing'>x</div>",
    "<blockquote style='border-left-width: 2px'>x</blockquote>",
    "<div class='Yahoo_Quoted'>x</div>",
]
TO_THE_END = [
    "<div id='divRplyFwdMsg'>x</div>x",
    "<div id='appendonsend'></div><hr>x",
    "<hr id='stopSpelling'>x",
    "<hr id='zwchr'>x",
    "<div style='border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm'>x</div><p>x</p>",
    "<div style='border-width:1pt medium;border-top: 1pt solid rgb(225, 225, 225); padding: 3pt 0cm 0cm'>x</div>x",
]
SIGNATURES = [
    "<span class='gmail_signature_prefix'>-- </span><br><div class='gmail_signature'>x</div>",
    "<div id='Signature'>x</div>",
    "<pre class='moz-signature'>-- \nx</pre>",
    "<div id='AppleMailSignature'>x</div>",
    "<br id='lineBreakAtBeginningOfSignature'><div dir='ltr'>x</div>",
    "<div id='ms-outlook-mobile-signature'>x</div>",
    "<div id='composer_signature'>x</div>",
    "<div id='ymail_android_signature'>x</div>",
    "<div class='ydp8c1fsignature'>x</div>",
    "<a name='_MailAutoSig'><b>x</b></a><br><span style='mso-bookmark:_MailAutoSig'>x</span>",
    "<div class='protonmail_signature_block'>x</div>",
    "<div id='_rc_sig'>x</div>",
    "<div id='Zm-_Id_-Sgn'>x</div>",
    "<div id='ymail_ios_signature'>x</div>",
    "<div name='messageSignatureSection'>x</div>",
    "<div class='signature'>x</div>",
    "<div id='DAB4FAD8-2DD7-40BB-A1B8-4E2AA1F9FDF2'><table><tr><td>x</td></tr></table></div>",
]


class TestWhatIsMarked:
    @pytest.mark.parametrize("quote", QUOTES)
    def test_a_quote(self, quote: str) -> None:
        assert typed(f"<div>uno</div>{quote}<div>dos</div>").split() == ["uno", "dos"]

    @pytest.mark.parametrize("quote", TO_THE_END)
    def test_a_quote_to_the_end(self, quote: str) -> None:
        assert typed(f"<div><div>uno</div>{quote}</div><div>x</div>") == "uno"

    @pytest.mark.parametrize("signature", SIGNATURES)
    def test_a_signature(self, signature: str) -> None:
        assert typed(f"<div>uno</div>{signature}<div>dos</div>").split() == ["uno", "dos"]

    @pytest.mark.parametrize("quote", [*QUOTES, *TO_THE_END, *SIGNATURES])
    def test_none_of_their_pictures(self, quote: str) -> None:
        marked = quote.replace("x<", "<img src='cid:x'><") + "<img src='cid:x'>" * quote.endswith("x")
        assert not [line for line in html_lines(marked) if line.images and line.origin is Origin.TYPED]

    @pytest.mark.parametrize(
        "html",
        [
            "<blockquote style='margin:0 0 0 40px;border:none;padding:0px'>x</blockquote>",
            "<div style='border-top:solid windowtext 1.0pt;padding:1.0pt 0cm'>x</div>",
            "<div id='signatures' class='my-signature gmail_default'>x</div>",
            "<br id='lineBreakAtBeginningOfSignature'>x",
        ],
    )
    def test_what_only_looks_like_one_was_typed(self, html: str) -> None:
        assert typed(html).strip() == "x"

    def test_what_stands_in_the_same_line_was_typed(self) -> None:
        assert typed("uno <span class='gmail_signature'>x</span> dos").split() == ["uno", "dos"]
        assert typed("<table><tr><td>uno</td><td class='gmail_quote'>x</td></tr></table>") == "uno"

    def test_after_other_words_a_block_is_no_signature(self) -> None:
        assert typed("<br id='lineBreakAtBeginningOfSignature'>uno<div>dos</div>").split() == ["uno", "dos"]

    def test_an_end_of_something_else_does_not_end_a_quote(self) -> None:
        assert typed("<b><blockquote type=cite></b></i></p></td>x</blockquote>y") == "y"
