"""Does only settings.ini hold an address of ours? python tools/addresses.py [_docs]

The project has no public home yet. While settings.ini says `public = False`, its address ends in `.example`, which nobody can own
(RFC 2606), nothing links to it, and no command fetches from it. With `public = True` and a real address, what stands in a text as
`<!--public … {git_url} … -->` is shown (`pip install git+…`; with `<!--public readme … -->`, such as badges, in the README only), and tools/docs.py adds links to Colab, the source and the issues.
This looks for any other address of ours in the files of the repository and, if it is there, in the built site.
"""
import re, subprocess, sys
from configparser import ConfigParser
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HOLDERS = {'settings.ini','miniai/_modidx.py'}     # nbdev writes the second from the first
SHOWN = {'README.md'}     # may hold the address when it is public
OURS = re.compile(r'(?:https?://|git@|ssh://)[^\s"\'`<>()\[\]\\]*miniai[^\s"\'`<>()\[\]\\]*|[\w.+-]+@[\w-]*miniai[\w.-]*|\bminiai[\w-]*\.(?:github\.io|readthedocs\.io|org|com|dev|ai)\b')
THEIRS = re.compile(r'https?://(?:www\.)?(?:github\.com/fastai/|(?:\w+\.)?fast\.ai/|pypi\.org/project/miniai)')
PUBLIC = re.compile(r'<!--public( readme)?\b(.*?)-->\n?', re.S)

def settings():
    "What settings.ini says, with `public` as a boolean and the addresses that follow from it"
    cp = ConfigParser(delimiters=['='], interpolation=None); cp.read(ROOT/'settings.ini', encoding='utf-8')
    cfg = dict(cp['DEFAULT']); cfg['public'] = cp['DEFAULT'].getboolean('public')
    cfg['blob'] = f"{cfg['git_url']}/blob/{cfg['branch']}"
    cfg['docs'] = cfg['doc_host'].rstrip('/') + '/' + cfg['doc_baseurl'].strip('/')
    cfg['colab'] = f"https://colab.research.google.com/github/{cfg['user']}/{cfg['repo']}/blob/{cfg['branch']}"
    if cfg['public'] and '.example' in cfg['git_url']+cfg['doc_host']: raise SystemExit('settings.ini: an address that ends in .example is not public')
    return cfg

def filled(text, cfg=None, readme=False):
    "`text` with what is meant for a public address, or without"
    cfg = cfg or settings()
    def fill(m): return m[2].strip('\n').strip().format_map(cfg)+'\n' if cfg['public'] and (readme or not m[1]) else ''
    return PUBLIC.sub(fill, text)

def strange(text, cfg, shown):
    "Addresses of ours in a text which should not be there"
    ours = (cfg['git_url'],cfg['docs'],cfg['colab'],f"https://github.com/{cfg['user']}/{cfg['repo']}")
    for m in OURS.finditer(text):
        if THEIRS.match(m[0]) or shown and cfg['public'] and m[0].startswith(ours): continue
        yield m[0]

def texts(site):
    "Each text of the repository and of the built site: its name, its text, and whether a public address may be shown there"
    for name in subprocess.run(['git','ls-files','-co','--exclude-standard'], cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines():
        if name not in HOLDERS and (ROOT/name).is_file(): yield name,ROOT/name,name in SHOWN
    for p in sorted(Path(site).rglob('*')) if site else (): yield str(p),p,True

def found(site=None):
    "What is found, as lines"
    cfg = settings()
    for name,path,shown in texts(site):
        if not path.is_file() or path.suffix in ('.png','.jpg','.parquet','.woff','.woff2','.safetensors'): continue
        for a in dict.fromkeys(strange(path.read_text(encoding='utf-8', errors='ignore'), cfg, shown)): yield f'{name}: {a}'

if __name__=='__main__':
    site = next(iter(sys.argv[1:]), ROOT/'_docs')
    bad = list(found(site if Path(site).is_dir() else None))
    if bad: raise SystemExit('\n'.join([*bad, f'{len(bad)} addresses of ours beside the one in settings.ini']))
    print('no address of ours beside the one in settings.ini')
