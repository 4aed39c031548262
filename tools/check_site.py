"""Look at the built docs site as its readers do, with a browser: python tools/check_site.py [--pages NAME …] [folder]

Serves the folder on this machine, opens every page in a headless Chromium, and checks links, sources, pictures, outputs, search,
width on a phone, and accessibility in light and dark. `--pages learner` looks only at pages whose names contain one of these words, which
takes seconds. Needs Chromium (Debian: `apt-get install chromium`, or its path in the
variable CHROMIUM) and `pip install playwright axe-playwright-python`; downloads no browser. Ends with 'N passed, N failed'.
"""
import argparse, ast, json, os, re, shutil, subprocess, sys, threading, time
from collections import Counter
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

from addresses import settings, strange

ROOT = Path(__file__).resolve().parent.parent
parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument('folder', nargs='?', default=ROOT/'_docs', help='the built site'); parser.add_argument('--pages', nargs='+', default=[], help='parts of names of pages; default: all')
ARGS = parser.parse_args(); SITE = Path(ARGS.folder).resolve(); WHERE = settings()
TEN = 'Learner DataLoader DataBlock fashion_mnist TrainCB show_images collate Transform Callback set_seed'.split()

class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *args): pass

def chromium():
    found = os.environ.get('CHROMIUM') or next(filter(None, map(shutil.which, ('chromium','chromium-browser','google-chrome'))), None)
    return found or sys.exit('No Chromium here: apt-get install chromium, or give its path in the variable CHROMIUM')

def public_names():
    "Exported names, as the modules' own `__all__` say, without those that are passed on from others"
    for f in sorted((ROOT/'miniai').glob('*.py')):
        for o in ast.parse(f.read_text(encoding='utf-8')).body:
            if f.stem not in ('all','__init__') and isinstance(o, ast.Assign) and getattr(o.targets[0],'id','')=='__all__': yield from ast.literal_eval(o.value)

LOOK = r'''() => ({
    ids: [...document.querySelectorAll('[id]')].map(e => e.id), title: document.title, h1: document.querySelectorAll('h1.title').length,
    files: [...document.querySelectorAll('.page-file')].map(e => e.innerText),
    links: [...document.querySelectorAll('a[href]')].map(e => [e.getAttribute('href'), e.textContent.trim()]),
    sidebar: [...document.querySelectorAll('#quarto-sidebar a[href]')].map(e => new URL(e.href).pathname.slice(1)),
    steps: document.querySelectorAll('.page-navigation a').length,
    broken: [...document.images].filter(i => !i.complete || !i.naturalWidth).map(i => i.src.slice(0, 80)),
    images: document.images.length, unsaid: [...document.images].filter(i => !i.alt || i.alt.startsWith('Picture made by ')).map(i => i.alt),
    errors: [...document.querySelectorAll('.cell-output-error')].map(e => e.innerText.slice(0, 80)),
    raw: document.querySelector('main').innerText.split('\n').filter(l => /^\s*(#\||:::|\{[#.])|\]\{[.#]/.test(l)),
    prose: [...document.querySelectorAll('main p, main li, main td')].map(e => e.innerText).join('\n')
})'''

class Checks:
    def __init__(self): self.n,self.t = {True:0, False:0},time.time()
    def __call__(self, name, found, n):
        "Report one check: `found` are its findings, among `n` things looked at (none at all is a finding, too)"
        found = list(dict.fromkeys(found)) or ([] if n else ['nothing to look at'])
        self.n[not found] += 1
        t,self.t = self.t,time.time(); took = f'({self.t-t:.0f} s)'
        print(f'ok    {name}: {n} {took}' if not found else f'FAIL  {name}: {len(found)} of {n} {took}', *(f'      {f}' for f in found[:25]), sep='\n', flush=True)

def look(browser, base, pages, heard):
    "What each page holds; console errors, failed requests and requests to elsewhere are collected in `heard`"
    seen,ctx = {},browser.new_context(viewport={'width':1280,'height':800}, reduced_motion='reduce')
    for p in pages:
        page = ctx.new_page()
        page.on('console', lambda m: heard.append(f'{p}: {m.type}: {m.text}') if m.type in ('error','warning') else None)
        page.on('pageerror', lambda e: heard.append(f'{p}: {e}'))
        page.on('request', lambda r: None if r.url.startswith((base,'data:')) else heard.append(f'{p}: asks {r.url[:80]}'))
        page.on('response', lambda r: heard.append(f'{p}: {r.status} {r.url}') if r.status>=400 else None)
        page.goto(base+p, wait_until='load')
        page.evaluate("document.querySelectorAll('img').forEach(i => i.loading = 'eager')"); page.wait_for_load_state('networkidle')
        seen[p] = page.evaluate(LOOK); page.close()
    ctx.close()
    return seen

def bad_links(seen):
    "Links within the site that lead nowhere, and links to sources that aren't those"
    for p,s in seen.items():
        for href,text in s['links']:
            if WHERE['public'] and href.startswith(WHERE['blob']): yield from bad_source(p, href, s)
            url = urlsplit(urljoin(f'http://site/{p}', href))
            if href.startswith(WHERE['docs']): yield f'{p}: {href} should be a link within the site'
            for a in strange(href, WHERE, shown=True): yield f'{p}: {a}: an address of ours'
            if url.netloc!='site' or not href: continue
            to = unquote(url.path).lstrip('/') or 'index.html'
            if to.endswith('/'): to += 'index.html'
            if not (SITE/to).is_file(): yield f'{p}: {href} ({text[:40]}): no such page'
            elif url.fragment and to in seen and unquote(url.fragment) not in seen[to]['ids']: yield f'{p}: {href} ({text[:40]}): no such place'

def bad_source(p, href, s):
    path,_,line = href.removeprefix(WHERE['blob']+'/').partition('#L')
    if not (ROOT/path).is_file(): yield f'{p}: {href}: no such file'
    elif line and not re.match(r'\s*(@|def |class |async def |\w+ = )', (ROOT/path).read_text(encoding='utf-8').splitlines()[int(line)-1]): yield f'{p}: {href}: no definition there'

def search(browser, base, homes):
    "Type each name into the search box; the first result is its definition. For ten, press Enter and see where that leads"
    ctx = browser.new_context(viewport={'width':1280,'height':800}); page = ctx.new_page(); page.goto(base+'index.html')
    for name,home in homes.items():
        box = page.locator('#quarto-search input'); box.fill(name)
        try: page.wait_for_function("n => document.querySelector('.search-result-title')?.innerText==n", arg=name, timeout=5000)
        except Exception: yield f'{name}: the first result is {page.locator(".search-result").first.get_attribute("href") if page.locator(".search-result").count() else "none"}'; continue
        first = page.locator('.search-result').first.get_attribute('href').lstrip('./')
        if first!=home: yield f'{name}: the first result is {first}, not {home}'; continue
        if name not in TEN: continue
        box.press('Enter'); page.wait_for_url('**/'+home); page.wait_for_load_state('load'); page.wait_for_timeout(200)
        at = page.evaluate("""() => { const e = document.getElementById(decodeURIComponent(location.hash.slice(1)));
            return e && [e.innerText.split('\\n')[0], /def |class /.test(e.innerText), Math.round(e.getBoundingClientRect().top)] }""")
        if not at or at[0]!=name or not at[1] or not 0<=at[2]<=400: yield f'{name}: Enter leads to {page.url}, {at}'
        page.goto(base+'index.html')
    ctx.close()

def too_wide(browser, base, pages):
    "Pages that are wider than a phone, and what is cut off because something around it hides the rest"
    ctx = browser.new_context(viewport={'width':390,'height':844}, is_mobile=True, has_touch=True); page = ctx.new_page()
    for p in pages:
        page.goto(base+p)
        w,cut = page.evaluate("""() => { const scrolls = e => e && (/auto|scroll/.test(getComputedStyle(e).overflowX) || scrolls(e.parentElement))
            return [document.scrollingElement.scrollWidth, [...document.querySelectorAll('main *, header *')].filter(e => e.checkVisibility()
                && e.getBoundingClientRect().right > 391 && !scrolls(e)).slice(0,2).map(e => e.outerHTML.slice(0,100))] }""")
        if w>390 or cut: yield f'{p}: {w} pixels wide; beyond the edge: {cut}'
    ctx.close()

def axe(browser, base, pages, scheme):
    "Serious and critical findings of axe-core; colours apart, which take longest: those of code are the same on all pages, so one will do"
    ctx = browser.new_context(viewport={'width':1280,'height':800}, color_scheme=scheme, reduced_motion='reduce'); page = ctx.new_page()
    code = 'overview.html' if 'overview.html' in pages else pages[0]
    for p in pages:
        page.goto(base+p); page.wait_for_timeout(150)
        if p=='index.html': page.locator('#quarto-search input').fill('transform'); page.wait_for_selector('.search-result')    # its results are looked at, too
        if page.evaluate("document.documentElement.classList.contains('quarto-dark')")!=(scheme=='dark'): yield f'{p}: is not {scheme}'
        found = axe_run(page, {'runOnly':['color-contrast']}, None if p==code else {'exclude':[['pre']]})
        if scheme=='light': found += axe_run(page, {'rules':{'color-contrast':{'enabled':False}}})
        for v in found:
            if v['impact'] in ('serious','critical'):
                for node in v['nodes'][:3]: yield f'{p}: {v["id"]} ({len(v["nodes"])}×): {node["html"][:120]} {(node["failureSummary"] or "").splitlines()[-1].strip()[:140]}'
    ctx.close()

def axe_run(page, options, context=None): return Axe().run(page, context=context, options={'resultTypes':['violations'], **options}).response['violations']

def home(browser, base):
    "The home's first screen shows real results, what this is, and how to start; its example trains"
    page = browser.new_page(viewport={'width':1280,'height':800}); page.goto(base+'index.html')
    for what in ('.home-strip','.home-start .tab-pane.active pre'):
        box = page.locator(what).bounding_box() if page.locator(what).count() else None
        if not box: yield f'it has no {what}'
        elif box['y']+box['height']>800: yield f'{what} ends at {box["y"]+box["height"]:.0f} of 800 pixels'
    if page.locator('.home-strip img').count()!=4: yield 'the strip has not four pictures'
    if not page.locator('.home-plot svg[role=img]').count(): yield 'it has no bars'
    code = page.locator('.home-text pre').first.inner_text() if page.locator('.home-text pre').count() else ''
    ran = subprocess.run([sys.executable,'-c',code], capture_output=True, text=True, cwd=ROOT, env={**os.environ,'OMP_NUM_THREADS':'1'})
    if not re.search('valid_accuracy 0[.][678]', ran.stdout): yield f'its example does not train: {ran.stdout[-200:]} {ran.stderr[-300:]}'
    page.close()

def ways(browser, base, pages):
    "From each exported name in the story to its reference and back"
    page = browser.new_page()
    for p in pages:
        page.goto(base+p)
        yield from (f'{p}: {m}' for m in page.evaluate("""() => [...document.querySelectorAll('.to-reference a, .source-link[href^="#"]')]
            .filter(a => !document.getElementById(decodeURIComponent(a.hash.slice(1)))).map(a => a.outerHTML.slice(0,120))"""))
    page.close()

def on_a_phone(browser, base):
    "The search is seen without opening a menu"
    page = browser.new_page(viewport={'width':390,'height':844}); page.goto(base+'index.html')
    box = page.locator('#quarto-search input'); at = box.bounding_box() if box.is_visible() else None
    if not at or at['x']<0 or at['x']+at['width']>390: yield f'the search is at {at}'
    page.close()

def check_pages(check, browser, base, pages, seen, heard):
    "What can be checked for each page by itself"
    n_links,n_images = (sum(len(s['links']) for s in seen.values()), sum(s['images'] for s in seen.values()))
    check('every page is in the sidebar, with a next or previous one', [p for p,s in seen.items() if p not in s['sidebar'] or not s['steps']], len(pages))
    check('links and places within the site, sources', bad_links(seen), n_links)
    check('from the story to the reference and back', ways(browser, base, pages), len(pages))
    check('no console message, no failed request, none to another server', heard, len(pages))
    check('no missing picture', [f'{p}: {b}' for p,s in seen.items() for b in s['broken']], n_images or len(pages))
    check('every picture is described (#| fig-alt: in its cell)', [f'{p}: {b}' for p,s in seen.items() for b in s['unsaid']], n_images or len(pages))
    check('no place twice on a page', [f'{p}: #{i}' for p,s in seen.items() for i,n in Counter(s['ids']).items() if n>1], len(pages))
    check('no error output', [f'{p}: {b}' for p,s in seen.items() for b in s['errors']], len(pages))
    check('no raw directive', [f'{p}: {b}' for p,s in seen.items() for b in s['raw'] if p!='contributing.html'], len(pages))    # it shows some
    check('no sideways scrolling on a phone', too_wide(browser, base, pages), len(pages))
    for scheme in ('light','dark'): check(f'accessibility, {scheme}', axe(browser, base, pages, scheme), len(pages))

def check_all(check, browser, base, pages, seen, names):
    "What only the whole site shows"
    nbs = [f.relative_to(ROOT).as_posix() for f in (ROOT/'nbs').rglob('*.ipynb') if '.ipynb_checkpoints' not in f.parts]
    shown = {f for s in seen.values() for f in s['files']}
    check('every notebook has its page', [f for f in nbs if f not in shown], len(nbs))
    homes = {t: unquote(h) for h,t in seen.get('names.html', {'links':[]})['links'] if '#' in h and ':' not in h and t in names}
    check('every public name is in the list of names', [n for n in names if n not in homes], len(names))
    check('the search finds every public name first, and leads to its definition', search(browser, base, homes), len(homes))
    check('the home: results, what it is, how to start, an example that trains', home(browser, base), 1)
    check('the search is seen on a phone', on_a_phone(browser, base), 1)
    urls = re.findall(r'\((\S+?\.llms\.md)\)', (SITE/'llms.txt').read_text(encoding='utf-8')) if (SITE/'llms.txt').exists() else []
    check('llms.txt', [u for u in urls if not (SITE/u.removeprefix(WHERE['docs']+'/')).is_file()], len(urls))

def main():
    start = time.time(); check = Checks(); names = list(public_names())
    every = sorted(f.relative_to(SITE).as_posix() for f in SITE.rglob('*.html')); pages = [p for p in every if not ARGS.pages or any(w in p for w in ARGS.pages)]
    server = ThreadingHTTPServer(('127.0.0.1',0), partial(Quiet, directory=str(SITE))); threading.Thread(target=server.serve_forever, daemon=True).start()
    base = f'http://127.0.0.1:{server.server_port}/'
    with sync_playwright() as pw:
        browser = pw.chromium.launch(executable_path=chromium(), args=['--no-sandbox'])
        heard = []; seen = look(browser, base, pages, heard)
        check_pages(check, browser, base, pages, seen, heard)
        if not ARGS.pages: check_all(check, browser, base, pages, seen, names)
        browser.close()
    server.shutdown()
    print(f'{time.time()-start:.0f} seconds\n{check.n[True]} passed, {check.n[False]} failed')
    return bool(check.n[False])

if __name__=='__main__': sys.exit(main())
