"""XLIFF and TMX, read as they come out of translation tools, and as an attacker would send them."""

from pathlib import Path

import pytest

from evalkit.corpus.segments import Reading, read_segments
from evalkit.errors import InputError

XLIFF_1 = """<?xml version="1.0" encoding="UTF-8"?>
<xliff version="1.2" xmlns="urn:oasis:names:tc:xliff:document:1.2">
 <file original="a.html" source-language="en" target-language="de" datatype="html">
  <header><note>not a unit: <source>x</source></note></header>
  <body>
   <group id="g">
    <trans-unit id="u1">
     <source>Press <g id="1">Save &amp; <x id="2"/>close</g>.</source>
     <target>Drücken Sie <g id="1">Speichern &amp; <x id="2"/>schließen</g>.</target>
     <alt-trans><source>wrong</source><target>falsch</target></alt-trans>
    </trans-unit>
    <trans-unit id="u2">
     <source>A <bpt id="1">&lt;a title="<sub>tip</sub>"&gt;</bpt>link<ept id="1">a</ept></source>
     <target>Ein <mrk mtype="seg" mid="0">Verweis</mrk></target>
    </trans-unit>
    <trans-unit id="u3"><source>New</source></trans-unit>
    <trans-unit id="u4" translate="no"><source>v1.0</source></trans-unit>
   </group>
  </body>
 </file>
</xliff>
"""

XLIFF_2 = """<?xml version="1.0"?>
<xliff xmlns="urn:oasis:names:tc:xliff:document:2.0" version="2.1" srcLang="en" trgLang="fr"
  xmlns:mtc="urn:oasis:names:tc:xliff:matches:2.0">
 <file id="f1">
  <unit id="one">
   <mtc:matches><mtc:match ref="#m1"><source>other</source><target>autre</target></mtc:match>
   </mtc:matches>
   <originalData><data id="d1">{0}</data></originalData>
   <segment><source>Hello <ph id="1" dataRef="d1"/>, <pc id="2">welcome</pc>!</source>
            <target>Bonjour <sc id="2"/>bienvenue<ec startRef="2"/> !</target></segment>
  </unit>
  <unit id="two">
   <segment id="s1"><source>First.</source><target>Un.</target></segment>
   <ignorable><source> </source></ignorable>
   <segment><source>Second.</source><target>Deux<cp hex="001A"/>.</target></segment>
  </unit>
 </file>
</xliff>
"""

TMX = """<?xml version="1.0" encoding="utf-16"?>
<!DOCTYPE tmx SYSTEM "tmx14.dtd">
<tmx version="1.4"><header srclang="en-US" segtype="sentence" adminlang="en" o-tmf="x"
 creationtool="t" creationtoolversion="1" datatype="plaintext"/>
<body>
 <tu tuid="42"><tuv xml:lang="EN-US"><seg>See <bpt i="1">&lt;b&gt;</bpt>this<ept
  i="1">&lt;/b&gt;</ept></seg></tuv>
  <tuv xml:lang="uk"><seg>Дивіться <hi>це</hi></seg></tuv></tu>
 <tu><tuv xml:lang="uk"><seg>Так <ph>{0}</ph></seg></tuv>
     <tuv xml:lang="en-US"><seg>Yes <ph>{0}</ph></seg></tuv></tu>
 <tu><tuv xml:lang="en-US"><seg>Only here</seg></tuv></tu>
</body></tmx>
"""


def saved(tmp_path: Path, name: str, text: str | bytes) -> str:
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path.name


def test_xliff_1_2(tmp_path: Path) -> None:
    read = read_segments(saved(tmp_path, "a.xlf", XLIFF_1), root=tmp_path)
    assert read.ids == ("u1", "u2", "u3")
    assert read.texts == ("Drücken Sie Speichern & schließen.", "Ein Verweis", "")
    assert read.sources == ("Press Save & close.", "A tiplink", "New")
    assert read.tags == (('<g id="1">', '<x id="2">'), (), ())
    assert read.source_tags == (('<g id="1">', '<x id="2">'), ('<bpt id="1">',), ())
    assert read.documents == ("a.html",) * 3
    assert read.notes == (
        'a.xlf: 1 units marked translate="no" were left out',
        "a.xlf: 1 of 3 units have no target; read as empty",
    )


def test_xliff_2(tmp_path: Path) -> None:
    read = read_segments(saved(tmp_path, "a.xliff", XLIFF_2), root=tmp_path)
    assert read.ids == ("one", "two/s1", "two/2")
    assert read.texts == ("Bonjour bienvenue !", "Un.", "Deux.")
    assert read.sources == ("Hello , welcome!", "First.", "Second.")
    assert read.source_tags == (('<ph id="1">', '<pc id="2">'), (), ())
    assert read.tags == (('<pc id="2">',), (), ('<cp hex="001A">',))


def test_tmx_in_utf_16_with_its_doctype(tmp_path: Path) -> None:
    read = read_segments(saved(tmp_path, "m.tmx", TMX.encode("utf-16")), root=tmp_path)
    assert read.ids == ("42", "2", "3")
    assert read.texts == ("Дивіться це", "Так ", "")
    assert read.sources == ("See this", "Yes ", "Only here")
    assert read.source_tags == (("<b>",), ("{0}",), ())
    assert read.tags == ((), ("{0}",), ())
    assert read.notes == ("m.tmx: 1 of 3 units have no target; read as empty",)


def test_the_other_side(tmp_path: Path) -> None:
    name = saved(tmp_path, "a.xlf", XLIFF_1)
    read = read_segments(name, root=tmp_path, reading=Reading(side="source"))
    assert read.texts[0] == "Press Save & close."
    assert read.sources is None
    assert read.notes[1:] == ()


def test_two_files_lead_their_ids(tmp_path: Path) -> None:
    unit = '<trans-unit id="1"><source>{0}</source><target>{0}</target></trans-unit>'
    files = "".join(
        f'<file original="{name}"><body>{unit.format(name)}</body></file>' for name in ("a", "b")
    )
    text = f'<xliff version="1.2">{files}</xliff>'
    read = read_segments(saved(tmp_path, "two.xlf", text), root=tmp_path)
    assert read.ids == ("a/1", "b/1")


@pytest.mark.parametrize(
    ("header", "languages", "target", "texts"),
    [
        ("*all*", ("en", "de"), None, "*all*: name the target language (--language)"),
        ("*all*", ("en", "de"), "de", ("de text",)),
        ("*all*", ("en", "de", "fr"), "de", "names no source language and holds en, de, fr"),
        ("en", ("en", "de", "fr"), None, "en, de, fr"),
        ("en", ("en", "de", "fr"), "fr", ("fr text",)),
        ("en", ("en", "fr-FR", "fr-CA"), "fr-CA", ("fr-CA text",)),
        ("en", ("en", "fr-CA"), "fr", ("fr-CA text",)),
        ("sv", ("en", "de"), "de", "no variant in 'sv'"),
    ],
)  # fmt: skip
def test_languages_of_a_tmx(
    tmp_path: Path, header: str, languages: tuple[str, ...], target: str | None, texts: object
) -> None:
    variants = "".join(f'<tuv xml:lang="{code}"><seg>{code} text</seg></tuv>' for code in languages)
    name = saved(
        tmp_path,
        "m.tmx",
        f'<tmx version="1.4"><header srclang="{header}"/><body><tu>{variants}</tu></body></tmx>',
    )
    reading = Reading(target_language=target)
    if isinstance(texts, str):
        with pytest.raises(InputError, match=r"m\.tmx") as caught:
            read_segments(name, root=tmp_path, reading=reading)
        assert texts in str(caught.value)
    else:
        assert read_segments(name, root=tmp_path, reading=reading).texts == texts


BOMB = (
    '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'
    '<tmx version="1.4"><header srclang="en"/><body><tu><tuv xml:lang="en"><seg>&b;</seg></tuv>'
    "</tu></body></tmx>"
)
OUTSIDE = BOMB.replace('<!ENTITY a "ha">', '<!ENTITY a SYSTEM "file:///etc/hostname">')
PARAMETER = '<!DOCTYPE x [<!ENTITY % p SYSTEM "file:///etc/hostname"> %p;]><tmx version="1.4"/>'


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.tmx", BOMB, "an entity declaration"),
        ("a.tmx", OUTSIDE, "an entity declaration"),
        ("a.tmx", PARAMETER, "an entity declaration"),
        ("a.tmx", '<!DOCTYPE x SYSTEM "x.dtd"><tmx><a>&x;</a></tmx>', "undefined entity"),
        ("a.xlf", "<!DOCTYPE xliff>" + XLIFF_1.split("\n", 1)[1], "a document type declaration"),
        ("a.xlf", XLIFF_1.replace("New", "N\0w"), r"a NUL byte at byte \d+ \(line 16\)"),
        ("a.xlf", XLIFF_1.replace("New", "N&#0;w"), "not well-formed.*line 16"),
        ("a.xlf", XLIFF_1.encode("latin-1"), "not well-formed.*line 9"),
        ("a.xlf", '<?xml version="1.0" encoding="klingon"?><xliff/>', "unknown encoding: klingon"),
        ("a.xlf", '<?xml version="1.0" encoding="big5"?><xliff/>', "multi-byte"),
        ("a.xlf", XLIFF_1[:-30], "not well-formed"),
        ("a.xlf", "", "empty"),
        ("a.xlf", "<html/>", "no XLIFF: its root element is <html>"),
        ("a.tmx", XLIFF_1, "no TMX: its root element is <xliff>"),
        ("a.xlf", '<xliff version="3.0"/>', "'3.0'; 1.2 and 2.0 to 2.2 are read"),
        ("a.xlf", '<xliff version="1.2"/>', "holds no segments"),
        ("a.xlf", XLIFF_1.replace(' id="u3"', ""), "after 2 others has no id"),
        ("a.xlf", XLIFF_1.replace("<source>New</source>", ""), "'u3' has no <source>"),
        ("a.xlf", XLIFF_1.replace("New", "<g>" * 200 + "</g>" * 200), "100 deep"),
        ("a.tmx", TMX.replace("utf-16", "utf-8").replace(' xml:lang="uk"', ""), "without xml:lang"),
    ],
)  # fmt: skip
def test_what_is_refused(tmp_path: Path, name: str, content: str | bytes, message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        read_segments(saved(tmp_path, name, content), root=tmp_path)
    assert name in str(caught.value)


def test_deep_nesting_inside_a_text_is_no_recursion_error(tmp_path: Path) -> None:
    deep = "<g id='1'>" * 80 + "x" + "</g>" * 80
    name = saved(tmp_path, "a.xlf", XLIFF_1.replace("New", deep))
    read = read_segments(name, root=tmp_path)
    assert read.sources is not None
    assert read.sources[2] == "x"
