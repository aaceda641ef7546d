"""Domains at which anybody can have a mailbox: a shared mailbox there says nothing about who else has an address of its domain.

Written down by hand, for the countries where people write to this desk first. Public lists have thousands more, most of them
of throw-away mailboxes, with which nobody receives tickets.
"""

from typing import Final

# A provider's domain, with each of the endings under which it gives out mailboxes.
_FAMILIES: Final = (
    ("gmail", "com com.br"),
    ("googlemail", "com co.uk de"),
    (
        "outlook",
        "com at be bg cl co.id co.il co.nz co.th com.ar com.au com.br com.gr com.pe com.tr com.vn cz de dk es fr hu ie in it jp kr "
        "lv my pe ph pt sa sg sk",
    ),
    (
        "hotmail",
        "com ar at be bg bo ca ch cl co co.id co.il co.in co.jp co.kr co.nz co.th co.uk co.za com.ar com.au com.bo com.br com.co "
        "com.hk com.mx com.pe com.tr com.tw com.ve com.vn cz de dk ec es fi fr gr hu ie in it jp kr lt lv mx my nl no pe ph pt rs "
        "se sg sk",
    ),
    (
        "live",
        "com ar at be ca ch cl cn co.kr co.uk co.za com.ar com.au com.co com.mx com.my com.pe com.ph com.pk com.pt com.sg com.ve "
        "de dk fi fr hk ie in it jp mx nl no pe ph pt ru se",
    ),
    ("msn", "com nl"),
    ("passport", "com"),
    ("windowslive", "com es"),
    (
        "yahoo",
        "com at be bg ca ch cl cn co co.id co.il co.in co.jp co.kr co.nz co.th co.uk co.za com.ar com.au com.br com.cn com.co "
        "com.ec com.hk com.mx com.my com.pe com.ph com.sg com.tr com.tw com.uy com.ve com.vn cz de dk es fi fr gr hr hu ie in it "
        "lt mx nl no pe pl pt ro rs se si sk",
    ),
    ("ymail", "com com.br"),
    ("rocketmail", "com"),
    ("myyahoo", "com"),
    ("gmx", "com at ch co.uk com.br com.mx de es eu fr info it net org pt us"),
    ("aol", "com co.uk com.ar com.br com.co com.mx de es fr it"),
    ("yandex", "com by com.tr fr kz net ru ua uz"),
    ("proton", "me"),
    ("protonmail", "com ch"),
    ("zoho", "com com.au eu in"),
    ("zohomail", "com com.au eu in"),
    ("tutanota", "com de"),
    ("tuta", "com io"),
    ("fastmail", "com cn co.uk com.au de es eu fm fr in mx net nl org us"),
    ("hey", "com"),
    ("posteo", "cl co cr de es eu hn mx net org pe pt us"),
    ("mailbox", "org"),
    ("runbox", "com no"),
    ("terra", "cl com com.ar com.br com.co com.ec com.gt com.mx com.pe com.sv com.ve es"),
    ("uol", "com.ar com.br com.co com.mx com.ve"),
    ("starmedia", "com"),
    ("latinmail", "com"),
    ("vodafone", "de es it pt"),
    ("orange", "es fr"),
    ("movistar", "cl com.ar com.co com.mx com.pe com.ve es"),
)
_OTHERS: Final = """
icloud.com me.com mac.com privaterelay.appleid.com pm.me
mail.com email.com usa.com consultant.com engineer.com techie.com post.com europe.com dr.com myself.com writeme.com iname.com
mail.ru bk.ru inbox.ru list.ru internet.ru rambler.ru ya.ru ukr.net i.ua meta.ua
aim.com love.com games.com wow.com verizon.net att.net sbcglobal.net bellsouth.net comcast.net cox.net charter.net optonline.net
earthlink.net juno.com netzero.net frontier.com windstream.net centurylink.net roadrunner.com rr.com spectrum.net q.com
rogers.com shaw.ca sympatico.ca telus.net videotron.ca
hushmail.com hush.com lavabit.com mailfence.com disroot.org riseup.net autistici.org cock.li startmail.com skiff.com duck.com
mozmail.com simplelogin.com anonaddy.com addy.io inbox.lv inbox.com lycos.com excite.com mail2world.com rediffmail.com
qq.com 163.com 126.com sina.com sohu.com foxmail.com naver.com hanmail.net daum.net
web.de t-online.de freenet.de arcor.de online.de 1und1.de mail.de
libero.it virgilio.it alice.it tin.it tiscali.it
free.fr laposte.net sfr.fr wanadoo.fr neuf.fr bbox.fr
btinternet.com sky.com ntlworld.com talktalk.net virginmedia.com blueyonder.co.uk
wp.pl o2.pl onet.pl interia.pl seznam.cz email.cz centrum.cz azet.sk abv.bg
telefonica.net ono.com ya.com wanadoo.es lycos.es teleline.es jazzfree.com eresmas.com correo.es mixmail.com
sapo.pt iol.pt clix.pt netcabo.pt mail.pt aeiou.pt portugalmail.pt telepac.pt oninet.pt meo.pt nos.pt
bol.com.br ig.com.br globo.com globomail.com r7.com zipmail.com.br oi.com.br ibest.com.br superig.com.br pop.com.br brturbo.com.br
click21.com.br veloxmail.com.br netsite.com.br folha.com.br itelefonica.com.br vivo.com.br ubbi.com.br firemail.com.br
prodigy.net.mx prodigy.net telmex.com telmexmail.com infinitum.com.mx hotmail.mx tutopia.com esmas.com correoweb.com megacable.com.mx
axtel.net cablevision.net.mx
arnet.com.ar fibertel.com.ar speedy.com.ar ciudad.com.ar infovia.com.ar sinectis.com.ar sion.com datafull.com argentina.com
ciudad.com argentina.net ubbi.com tutopia.com.ar velocom.com.ar telecentro.com.ar uolsinectis.com.ar gigared.com iplanmail.com.ar
une.net.co etb.net.co epm.net.co emcali.net.co telecom.com.co tutopia.com.co latinmail.com.co cable.net.co metrotel.net.co
vtr.net entelchile.net 123mail.cl manquehue.net terra.cl 123.cl gtdmail.com tie.cl
terra.com.pe speedy.com.pe infonegocio.net.pe
adinet.com.uy montevideo.com.uy vera.com.uy netgate.com.uy dedicado.com.uy multi.com.uy
cantv.net movistar.net.ve supercable.net.ve
ecuador.com andinanet.net puntonet.ec interactive.net.ec
entelnet.bo cotas.com.bo acelerate.com
racsa.co.cr ice.co.cr costarricense.cr amnet.co.cr
cwpanama.net cableonda.net intelnett.com itelgua.com telgua.com navegante.com.sv integra.com.sv hondutel.hn cablecolor.hn
ibw.com.ni turbonett.com.ni codetel.net.do verizon.net.do tricom.net coqui.net caribe.net prtc.net nauta.cu
tigo.com.py rieder.net.py telesurf.com.py pla.net.py
resend.app resend.dev onmicrosoft.com mailinator.com guerrillamail.com yopmail.com 10minutemail.com temp-mail.org sharklasers.com
""".split()

PUBLIC_DOMAINS: Final[frozenset[str]] = frozenset(
    (
        *(f"{name}.{ending}" for name, endings in _FAMILIES for ending in endings.split()),
        *_OTHERS,
    )
)
