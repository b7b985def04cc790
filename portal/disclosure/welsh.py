"""Welsh within an English text: its words are no names, though some are written like one."""

from collections.abc import Sequence
from itertools import accumulate

from portal.disclosure.bags import bag
from portal.disclosure.lists import Lists
from portal.disclosure.tokens import Token

_SMALL = bag(
    """
    yn yr ei eu gan gyda wedi oedd mae maent mewn ac wrth hi'n i'r o'r a'r i'w fod nad sy'n sydd
    bod heb ond hwn hon hyn bydd roedd dydy ydy yw nid neu dros drwy rhwng chi ni nhw fe fo hi ef
    ein eich pan os pob ar am mi dwi ac nac i'n gyda'r gyda'i a'i o'i y a mae'r mae'n oes dim
    """
)
"""Words that Welsh has in every sentence, so that two nearby say that it is Welsh."""
_WORDS = bag(
    """
    mae maen maent mae'r mae'n oedd roedd bydd byddai dydy ydy ydych ydw dyw yw oes bu buodd cafodd
    cefais daeth aeth gwnaeth dywedodd gofynnodd soniodd atebodd ffoniodd siaradodd ysgrifennodd
    gwelodd clywodd cytunodd cyrhaeddodd gadawodd symudodd dechreuodd dwi dwi'm dw i'n rydw rydym
    rydyn rwy rwy'n cofiwch siaradwch ffoniwch cysylltwch gofynnwch rhowch dywedwch gwnewch ewch
    dewch edrychwch gweler darllenwch ysgrifennwch peidiwch defnyddiwch gadewch ystyriwch
    gweithdrefnau gweithdrefn canllawiau canllaw deddf polisi strategaeth ymweld ymweliad trafod
    trafodwyd cytunwyd penderfynwyd nodwyd adolygu adolygiad camau camau'r nesaf presennol
    ymddiheuriadau cefndir crynodeb gweithgaredd plentyn plant blentyn phlentyn phlant merch bachgen
    ferch fachgen tad thad dad mam fam mham chwaer brawd modryb fodryb ewythr nain taid mamgu tadcu
    gael cael chael gwneud wneud dweud ddweud mynd fynd dod ddod gweld weld siarad gofyn ofyn gwybod
    wybod nabod adnabod byw fyw teimlo deimlo meddwl feddwl credu gredu eisiau angen hoffi hoffech
    hoffwn ddiolch diolch annwyl cofion gorau heddiw ddoe yfory neithiwr bore prynhawn nos wythnos
    diwrnod mis blwyddyn flwyddyn amser ysgol hysgol athro athrawes gweithiwr gweithwraig
    cymdeithasol cartref gartref adref ty dy stryd pentref tref dref lle ble pwy pam sut beth pryd
    felly hefyd wedyn yna eto hyd nes ers cyn ar ol tan dan rhag ger wrth erbyn oherwydd achos
    efallai weithiau bob amser byth erioed nawr rwan rwan yma yno draw allan fewn lawr fyny
    person pobl bobl rhywun unrhyw pawb neb popeth dim byd rhywbeth llawer mwy fwy llai
    da dda drwg iawn mawr fawr bach fach newydd hen hapus drist ofnus diogel ddiogel dynodedig
    perygl risg niwed pryder pryderon bryderon cymorth gymorth cefnogaeth gwasanaeth gwasanaethau
    cyngor cyngor sir heddlu iechyd addysg teulu deulu theulu rhiant rhieni gofalwr gofalwyr
    galwad ffon neges llythyr cyfarfod gyfarfod cynhadledd achos achosion cofnod cofnodion
    gofnodion copi gwybodaeth wybodaeth rheswm iaith cymraeg gymraeg saesneg cymru gymru nghymru
    lloegr yng ym yn nid ni nad na oni os pan ond neu naill tra er mwyn
    dylech dylai gallwch gallai rhaid nodwch cofnodwch adroddwch rhannwch
    gwrandewch sicrhewch meddyliwch arhoswch hoffai hoffem
    """
)
"""Common words of Welsh and of records in it, also as they change at the beginning."""
_ENDINGS = ("odd", "wch", "ais", "wyd", "ech", "au", "iad", "aeth", "ont", "ion", "eth", "asom")
"""Of verbs and nouns that begin a sentence: Gofynnodd, Cofnodwch, Trafodwyd."""
_REACH = 7
"""Words to either side in which the language is looked for."""
_ENOUGH = 3


def pass_over_welsh(words: Sequence[Token], lists: Lists) -> None:
    """Block the words of Welsh: those that nothing else can be, and others where all is Welsh."""
    sums = [0, *accumulate(token.base in _SMALL for token in words)]
    if sums[-1] < _ENOUGH:
        return
    for at, token in enumerate(words):
        named = token.base in lists.given or token.base in lists.surnames
        if not named and (token.base in _WORDS or token.base.startswith("dwi'")):
            token.blocked = True
            continue
        near = sums[min(len(words), at + _REACH + 1)] - sums[max(0, at - _REACH)]
        if near >= _ENOUGH and (
            token.base in _WORDS or (token.opens and not named and token.base.endswith(_ENDINGS))
        ):
            token.blocked = True
