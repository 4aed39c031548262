"What the site has besides the notebooks: a home in one screen, the list of all names, drawn pictures, names in the search"
import ast, base64, html, inspect, json, re, yaml
from importlib import import_module
from pathlib import Path

from addresses import filled, settings
from register import benchmark, rooms

ROOT = Path(__file__).resolve().parent.parent
def html_of(path): return re.sub(r'(^|/)\d+[a-zA-Z0-9]*_', r'\1', path.as_posix().lower()).replace('.ipynb','.html')
def raw(s): return f'```{{=html}}\n{s}\n```\n'

# ---- Every public name
def modules():
    "The package's modules: the numbered notebooks' in their order, then the others"
    first = [o.module for o in rooms()]
    return first + sorted(f.stem for f in (ROOT/'miniai').glob('*.py') if f.stem not in ('all','__init__','_modidx',*first))

def public(lib='miniai'):
    "Each public name with its object, its module and its summary; what a module passes on counts where it was made"
    seen = {}
    for mod in modules():
        m = import_module(f'{lib}.{mod}')
        for name in m.__all__:
            o = getattr(m, name, None)
            if o is None and name not in vars(m) or name in seen and seen[name] is o: continue
            seen[name] = o
            yield name,o,mod,summary(o) if callable(o) else f'A constant, {type(o).__name__}'

def summary(o): return ' '.join((inspect.getdoc(o) or '').split('\n\n')[0].split())

def kind(o): return 'class' if inspect.isclass(o) else 'function' if callable(o) else 'constant'

def names_page(links):
    "Every public name, by module, with its one-line summary"
    order = {}
    for name,o,mod,doc in public(): order.setdefault(mod, []).append((name,o,doc))
    every = import_module('miniai.all').__all__
    apart = [f'`{mod}`' for mod,rows in order.items() if any(n not in every for n,_,_ in rows)]
    out = ['---\ntitle: All names\ndescription: Every public name of miniai, each with its summary and a link to where it is made\ntoc-depth: 2\n---\n',
           f'They are all in `miniai.all`, except those of {" and ".join(apart)}.\n']
    lost = [f'{n} of {mod}' for mod,rows in order.items() for n,_,_ in rows if not links.find(n)]
    if lost: raise SystemExit(f'Public, but on no page (#| exporti makes a name internal): {", ".join(lost)}')
    for mod in order:
        rows = '\n'.join(f'| [`{n}`]({links.find(n)[0].as_posix()}#{links.find(n)[1]}) | {escape(d)} |' for n,_,d in sorted(order[mod], key=lambda r: r[0].lower()))
        out.append(f'## {mod}\n\n| name | summary |\n| --- | --- |\n{rows}\n')
    return '\n'.join(out)

def escape(s): return re.sub(r'(?<!\\)\|', r'\\|', s)

# ---- Search
def search(out, links):
    "Put definitions first in the search, under their own names, and then methods"
    path = out/'search.json'; rows = json.loads(path.read_text(encoding='utf-8')); defs = {}
    def add(key, title, section, doc):
        page,anchor = links.find(key); href = f'{html_of(page)}#{anchor}'
        said = re.sub(r'\[([^]]*)\]\([^)]*\)', r'\1', doc).replace('`','')
        defs[href] = dict(objectID=href, href=href, title=title, section=section, text=f'{title}: {said}', definition=True)
    names = {name: (o,mod) for name,o,mod,_ in public()}
    for name,o,mod,doc in public(): add(name, name, f'{kind(o)} in {mod}', doc)
    for key in links.names:
        cls,_,nm = key.rpartition('.')
        if cls in names and nm[0]!='_' and nm not in names: add(key, nm, f'{key}, in {names[cls][1]}', summary(getattr(names[cls][0], nm, None)))
    path.write_text(json.dumps([*defs.values(), *(r for r in rows if r['href'] not in defs)], ensure_ascii=False), encoding='utf-8')

def llms(out, nbs):
    "Say in llms.txt what each page is about"
    path = out/'llms.txt'; about = {html_of(p): yaml.safe_load(nb.cells[0].source.split('---')[1])['description'] for p,nb in nbs.items()}
    base = settings()['docs']+'/'
    def said(m): return m[0] + (f': {about[page]}' if (page := m[1].removeprefix(base)+'.html') in about else '')
    path.write_text(re.sub(r'\((\S+)\.llms\.md\)', said, path.read_text(encoding='utf-8')), encoding='utf-8')

# ---- Drawn pictures: plain SVG, in the colours of the page
def svg(body, w, h, title): return f'<svg viewBox="0 0 {w} {h}" width="{w}" role="img" aria-label="{html.escape(title)}" class="drawn" xmlns="http://www.w3.org/2000/svg">{body}</svg>'
def text(x, y, s, cls=''): return f'<text x="{x}" y="{y}" class="{cls}">{html.escape(s)}</text>'
def box(x, y, w, h, cls=''): return f'<rect x="{x}" y="{y}" width="{w}" height="{h}" rx="5" class="{cls}"/>'

BARS = [    # what is compared, ours, the other; words of the benchmarks' row; whether the ratio is one of times, of which less is better
    ('60,000 pictures in memory, batches of 1,024', 'miniai', "PyTorch's loader", 'shuffled, batches of 1024', False),
    ('60,000 pictures in memory, batches of 64', 'miniai', "PyTorch's loader", 'shuffled, batches of 64;', False),
    ('pictures of a Hugging Face data set', 'in memory, decoded once', 'decoded in each epoch', 'second epoch', False),
    ('an epoch with metrics and progress', 'Learner.fit', 'the plainest loop', 'against the plainest loop', True)]

def bars():
    "The benchmarks as bars, ours beside the others': the longer, the more items a second"
    parts,y,said = [],0,[]
    for what,ours,theirs,words,times in BARS:
        speed = benchmark(words); speed = 1/speed if times else speed
        times_as = f'{speed:.0f} times as fast' if speed>=2 else f'{speed:.2f} times as fast'
        said.append(f'{what}, {ours} against {theirs}: {times_as}')
        a,b = (speed/max(speed,1), 1/max(speed,1))
        parts += [text(0, y+14, what, 'strong'), text(0, y+34, ours, 'small'), text(0, y+52, theirs, 'small'), text(165, y+34, times_as, 'on')]
        parts[-1:-1] = [box(158, y+23, 240*a, 14, 'ours'), box(158, y+41, max(240*b,1), 14, 'theirs')]
        y += 76
    return svg(''.join(parts), 400, y-14, 'Bars of items a second, longer is better. ' + '; '.join(said))

def n_checks():
    "How many assertions the notebooks have"
    n = 0
    for f in (ROOT/'nbs').rglob('*.ipynb'):
        for c in json.loads(f.read_text(encoding='utf-8'))['cells']:
            try: tree = ast.parse(''.join(c['source']) if c['cell_type']=='code' else '')
            except SyntaxError: continue
            n += sum(isinstance(o, ast.Assert) or isinstance(o, ast.Call) and re.match(r'test_|assert_close', getattr(o.func,'id','')) is not None for o in ast.walk(tree))
    return n

# ---- The home
STRIP = [    # a file's name, what it shows, words of the cell that draws it, the notebooks to look in first
    ('batch', 'a batch', r'dls\.show_batch\(', ['blocks']),
    ('rate', 'the search for a learning rate', r'loss over the learning rate', ['rates','learner']),
    ('activations', 'activations while it learns', r'kaiming\w*\.color_dim|color_dim\(', ['initializing','activations']),
    ('predictions', 'predictions and truth', r'show_results\(', ['blocks','learner'])]

def drawn(words, first, nbs):
    "The first saved picture of a cell with these words: its bytes, its description and its page"
    def at(p): return next((i for i,n in enumerate(first) if p.stem.endswith(f'_{n}')), len(first))
    for p,nb in sorted(nbs.items(), key=lambda o: (at(o[0]), o[0].as_posix())):
        for c in nb.cells:
            pics = [o['data']['image/png'] for o in c.get('outputs',[]) if 'image/png' in o.get('data',{})]
            if pics and re.search(words, c.source): return base64.b64decode(''.join(pics[0])),re.search(r'fig-alt: *"(.*)"', c.source)[1],p
    raise SystemExit(f'No notebook has a saved picture for the home of a cell with {words!r}')

def strip(folder, nbs):
    "Real results, as the notebooks have saved them, side by side"
    out = []
    for name,what,words,first in STRIP:
        data,alt,page = drawn(words, first, nbs); (folder/f'images/home-{name}.png').write_bytes(data)
        out.append(f'<figure><a href="{html_of(page)}"><img src="images/home-{name}.png" alt="{html.escape(alt, quote=True)}"></a><figcaption>{what}</figcaption></figure>')
    return f'<div class="home-strip">{"".join(out)}</div>'

def home(folder, nbs):
    page = (ROOT/'tools/home.md').read_text(encoding='utf-8')
    for key,text in dict(STRIP=strip(folder, nbs), BARS=bars(), CHECKS=f'{n_checks()//100*100:,}').items():
        page = page.replace(f'{{{key}}}', raw(text) if text[0]=='<' else text)
    return filled(page)

# What is drawn of the loop: depth, name, what `learn` has from here on, a remark. Tested against the package.
LOOP = [(0,'before_fit','opt, n_epochs, epochs, parts',''), (1,'','for each epoch: training, then validation',''), (1,'before_epoch','epoch, training, dl',''),
        (2,'','for each batch',''), (2,'before_batch','iter, batch',''), (2,'predict','',''), (2,'after_predict','preds',''), (2,'get_loss','',''), (2,'after_loss','targ, loss',''),
        (2,'backward','','in training'), (2,'after_backward','','in training'), (2,'step','','in training'), (2,'after_step','','in training'), (2,'zero_grad','','in training'),
        (2,'after_batch','','not after CancelBatchException'), (2,'cleanup_batch','','always'), (1,'after_epoch','','not after CancelEpochException'), (1,'after_row','row','when MetricsCB has completed it'), (1,'cleanup_epoch','','always'),
        (0,'after_fit','','not after CancelFitException'), (0,'cleanup_fit','','always')]

def events():
    "The loop, its steps and events, and what `learn` has from each on"
    from miniai.callbacks import cb_events, cb_steps
    names = [n for _,n,_,_ in LOOP if n]
    assert sorted(names)==sorted([*cb_events,*cb_steps]) and [n for n in names if n in cb_events]==list(cb_events), 'LOOP is not the loop of miniai.callbacks'
    parts,ys,y = [],[],6
    for i,row in enumerate(LOOP):
        y += 10*abs(row[0]-LOOP[i-1][0]) if i else 0    # room for the frames
        ys.append(y); y += 26
    for depth in (0,1,2):
        mine = [y for y,r in zip(ys,LOOP) if r[0]>=depth]
        parts.append(box(1+14*depth, mine[0]-5, 438-28*depth, mine[-1]-mine[0]+30, f'level{depth}'))
    for y,(depth,name,has,remark) in zip(ys,LOOP):
        x = 12+14*depth
        if not name: parts.append(text(x, y+15, has, 'strong')); continue
        parts.append(box(x, y, 128, 20, 'step' if name in cb_steps else 'event') + text(x+8, y+14.5, name, 'mono' + (' on' if name in cb_steps else '')))
        if has or remark: parts.append(text(x+138, y+14.5, has or remark, 'mono' if has else 'small'))
    return svg(''.join(parts), 440, ys[-1]+27, 'The training loop: ' + ', '.join(f'{n} ({has})' if has else n for _,n,has,_ in LOOP if n))

PARTS = [(0,0,'Dataset'), (0,1,'Sampler'), (0,2,'BatchSampler'), (0,3,'collate'), (1,1.5,'DataLoader'), (2,1.5,'DataLoaders'), (2,4,'Learner'),
         (0,5,'Accuracy'), (1,4,'TrainCB'), (1,5,'MetricsCB'), (1,6,'ProgressCB')]
FLOW = [('Dataset','DataLoader'), ('Sampler','DataLoader'), ('BatchSampler','DataLoader'), ('collate','DataLoader'), ('DataLoader','DataLoaders'), ('DataLoaders','Learner'),
        ('Accuracy','MetricsCB'), ('TrainCB','Learner'), ('MetricsCB','Learner'), ('ProgressCB','Learner')]

def linked(x, y, name, links, w=124):
    page,anchor = links.find(name)
    return f'<a href="{html_of(page)}#{anchor}">{box(x, y, w, 24, "event")}{text(x+8, y+16.5, name, "mono")}</a>'

def flow(links):
    "Which part is given to which"
    at,parts = {n:(1+155*c, 1+44*r) for c,r,n in PARTS},[]
    for a,b in FLOW:
        (x0,y0),(x1,y1) = at[a],at[b]
        if x0==x1: parts.append(f'<path class="line" d="M{x0+62} {y0+24}V{y1-1}"/><path class="tip" d="M{x1+57} {y1-7}l5 7 5-7z"/>')
        else: parts.append(f'<path class="line" d="M{x0+124} {y0+12}h10V{y1+12}H{x1-2}"/><path class="tip" d="M{x1-7} {y1+7}l7 5-7 5z"/>')
    return svg(''.join(parts) + ''.join(linked(*at[n], n, links) for n in at), 440, 314, 'What goes into what: ' + ', '.join(f'{a} into {b}' for a,b in FLOW)).replace('role="img"','role="group"')

def tree(links):
    "The classes that inherit from one another, each family from its root"
    classes = {n:o for n,o,_,_ in public() if inspect.isclass(o)}
    kids = {n: [k for k,o in classes.items() if c in o.__bases__] for n,c in classes.items()}
    rows = []
    def walk(n, depth, up):
        rows.append((depth, n, up)); me = len(rows)-1
        for k in sorted(kids[n], key=str.lower): walk(k, depth+1, me)
    for n in sorted(classes, key=str.lower):
        if kids[n] and not any(n in v for v in kids.values()): walk(n, 0, None)
    parts = [f'<path class="line" d="M{11+26*(d-1)} {1+30*up+24}V{1+30*i+12}h16"/>' for i,(d,_,up) in enumerate(rows) if up is not None]
    return svg(''.join(parts) + ''.join(linked(1+26*d, 1+30*i, n, links, 190) for i,(d,n,_) in enumerate(rows)), 300, 30*len(rows), 'Classes and those that inherit from them').replace('role="img"','role="group"')

def pictures_page(links): return '\n'.join(['---\ntitle: Pictures\ndescription: The training loop with its events, which part goes into which, and the families of classes\n---\n',
    '## The loop and its events\n', 'Filled are the *steps*, which a callback or the `Learner` does; outlined are the *events*, each a method of a callback. Beside an event is what `learn` has from there on.\n'.replace('`Learner`','[`Learner`](06_learner.ipynb#learner)'), raw(events()),
    '## What goes into what\n', 'Each box links to its definition.\n', raw(flow(links)), '## Families of classes\n', 'A class that is indented inherits from the one above it.\n', raw(tree(links))])

def write(proc, links, nbs):
    for name,text in dict(index=home(proc, nbs), names=names_page(links), pictures=pictures_page(links)).items(): (proc/f'{name}.qmd').write_text(text, encoding='utf-8')
