"What the site has besides the notebooks: a home in one screen, the list of all names, drawn pictures, names in the search"
import ast, html, inspect, json, re, yaml
from importlib import import_module
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
def html_of(path): return re.sub(r'(^|/)\d+[a-zA-Z0-9]*_', r'\1', path.as_posix().lower()).replace('.ipynb','.html')
def raw(s): return f'```{{=html}}\n{s}\n```\n'

# ---- Every public name
def public(lib='miniai'):
    "Each public name with its object, its module and its summary"
    for mod in [f.stem for f in sorted((ROOT/lib).glob('*.py')) if f.stem not in ('all','__init__','_modidx')]:
        m = import_module(f'{lib}.{mod}')
        for name in m.__all__:
            try: o = eval(name, vars(m))
            except NameError: continue
            yield name,o,mod,summary(o) if callable(o) else f'A constant, {type(o).__name__}'

def summary(o): return ' '.join((inspect.getdoc(o) or '').split('\n\n')[0].split())

def kind(o): return 'class' if inspect.isclass(o) else 'function' if callable(o) else 'constant'

def names_page(links):
    "Every public name, by module, with its one-line summary"
    order = {}
    for name,o,mod,doc in public(): order.setdefault(mod, []).append((name,o,doc))
    first = {mod: links.find(rows[0][0]) for mod,rows in order.items()}; every = import_module('miniai.all').__all__
    apart = [f'`{mod}`' for mod,rows in order.items() if any(n not in every for n,_,_ in rows)]
    out = ['---\ntitle: All names\ndescription: Every public name of miniai, each with its summary and a link to where it is made\ntoc-depth: 2\n---\n',
           f'They are all in `miniai.all`, except those of {" and ".join(apart)}.\n']
    for mod in sorted(order, key=lambda m: first[m][0].as_posix()):
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
    def said(m): return m[0] + (f': {about[page]}' if (page := m[1]+'.html') in about else '')
    path.write_text(re.sub(r'\(https://[^/]+/miniai/(\S+)\.llms\.md\)', said, path.read_text(encoding='utf-8')), encoding='utf-8')

# ---- Drawn pictures: plain SVG, in the colours of the page
def svg(body, w, h, title): return f'<svg viewBox="0 0 {w} {h}" width="{w}" role="img" aria-label="{html.escape(title)}" class="drawn" xmlns="http://www.w3.org/2000/svg">{body}</svg>'
def text(x, y, s, cls=''): return f'<text x="{x}" y="{y}" class="{cls}">{html.escape(s)}</text>'
def box(x, y, w, h, cls=''): return f'<rect x="{x}" y="{y}" width="{w}" height="{h}" rx="5" class="{cls}"/>'

def table():
    "The rows of the benchmarks' table"
    rows = [[c.strip() for c in l.strip('| ').split('|')] for l in (ROOT/'benchmarks/core.md').read_text(encoding='utf-8').splitlines() if l.startswith('|')]
    return rows[2:]

def bars():
    "The benchmarks, ours beside the others'"
    parts,y = [],0
    for (what,*labels),row in zip((('images of a Hugging Face data set, second epoch','in memory',"PyTorch's loader"), ('images in memory, batches of 1024','miniai',"PyTorch's loader"),
            ('images in memory, batches of 64','miniai',"PyTorch's loader"), ('an epoch of training with metrics and progress','miniai','plain loop')), (table()[i] for i in (2,0,1,3))):
        for word in re.findall(r'Hugging Face|batches of \d+|accuracy', what): assert word in row[0], (word, row)
        ratio = float(row[3]); faster = 'time' not in row[0]
        said = f'{ratio:.0f} times as fast' if faster else f'{ratio:.2f} times as long'
        parts += [text(0, y+14, what), text(0, y+34, labels[0], 'small'), text(0, y+52, labels[1], 'small')]
        ours,theirs = 1/max(1,1/ratio), 1/ratio/max(1,1/ratio)
        parts += [box(105, y+23, 235*ours, 14, 'ours'), box(105, y+41, max(235*theirs,1), 14, 'theirs'), text(112, y+34, said, 'on')]
        y += 76
    return svg(''.join(parts), 340, y-14, 'Bars: ' + '; '.join(f'{r[0]}: ratio {r[3]}' for r in table()).replace('`',''))

def n_checks():
    "How many assertions the notebooks have"
    n = 0
    for f in (ROOT/'nbs').rglob('*.ipynb'):
        for c in json.loads(f.read_text(encoding='utf-8'))['cells']:
            try: tree = ast.parse(''.join(c['source']) if c['cell_type']=='code' else '')
            except SyntaxError: continue
            n += sum(isinstance(o, ast.Assert) or isinstance(o, ast.Call) and re.match(r'test_|assert_close', getattr(o.func,'id','')) is not None for o in ast.walk(tree))
    return n

def home(): return raw((ROOT/'tools/home.html').read_text(encoding='utf-8').format(checks=f'{n_checks()//100*100:,}', plot=bars()))

# What is drawn of the loop: depth, name, what `learn` has from here on, a remark. Tested against the package.
LOOP = [(0,'before_fit','opt, n_epochs, epochs, parts',''), (1,'','for each epoch: training, then validation',''), (1,'before_epoch','epoch, training, dl',''),
        (2,'','for each batch',''), (2,'before_batch','iter, batch',''), (2,'predict','',''), (2,'after_predict','preds',''), (2,'get_loss','',''), (2,'after_loss','targ, loss',''),
        (2,'backward','','in training'), (2,'after_backward','','in training'), (2,'step','','in training'), (2,'after_step','','in training'), (2,'zero_grad','','in training'),
        (2,'after_batch','','not after CancelBatchException'), (2,'cleanup_batch','','always'), (1,'after_epoch','','not after CancelEpochException'), (1,'cleanup_epoch','','always'),
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

def write(proc, links):
    for name,text in dict(names=names_page(links), pictures=pictures_page(links)).items(): (proc/f'{name}.qmd').write_text(text, encoding='utf-8')
