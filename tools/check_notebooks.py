"""Check the notebooks as they are committed: python tools/check_notebooks.py

Every module has its notebook; every notebook was executed and has no error among its outputs, cell ids, the common kernel,
and no more than 300 KB; no output holds a path of the machine, a memory address or a progress bar.
"""
import json, re
from pathlib import Path

from run_notebooks import ROOT, notebooks

RESIDUE = {'a memory address': r'\bat 0x[0-9a-f]{6,}', 'a path of the machine': r'(/home/|/root/|/tmp/|/Users/|[A-Z]:\\\\)', 'a progress bar': r'\d+%\|', 'codes of colours': r'\x1b\['}

def text(o):
    "All text of an output"
    if o['output_type']=='stream': return ''.join(o['text'])
    return '\n'.join(''.join(v) for k,v in o.get('data',{}).items() if k.startswith('text/'))

def problems(p):
    "What is wrong with one notebook"
    nb = json.loads(p.read_text(encoding='utf-8')); code = [c for c in nb['cells'] if c['cell_type']=='code']
    outs = [o for c in code for o in c['outputs']]
    if p.stat().st_size>300*1024: yield f'{p.stat().st_size//1024} KB, more than 300'
    if nb['nbformat_minor']!=5 or any('id' not in c for c in nb['cells']): yield 'cells without ids (nbformat 4.5)'
    if len({c.get('id') for c in nb['cells']})!=len(nb['cells']): yield 'two cells with one id'
    if nb['metadata'].get('kernelspec',{}).get('name')!='python3': yield 'another kernel than python3'
    if any(l.strip() and l[0] not in '#>' for l in ''.join(nb['cells'][0]['source']).split('\n')): yield 'more than a title and a line in the first cell: the docs site leaves it out'
    if code and not outs and 'all' not in p.stem: yield 'no outputs: not executed'
    if any(o['output_type']=='error' for o in outs): yield 'an error among the outputs'
    for o in outs:
        for what,pat in RESIDUE.items():
            if (m := re.search(pat, text(o))): yield f'{what} among the outputs: …{text(o)[max(0,m.start()-30):m.end()+30]!r}'

def modules_without_notebook():
    "Modules that no notebook exports"
    exported = {m[1].replace('.','/') for p in notebooks() for m in re.finditer(r'#\| *default_exp +([\w.]+)', p.read_text(encoding='utf-8'))}
    return [m.name for m in (ROOT/'miniai').glob('*.py') if m.stem not in exported|{'__init__','_modidx'}]

if __name__=='__main__':
    bad = [f'{p.relative_to(ROOT)}: {o}' for p in notebooks() for o in problems(p)]
    bad += [f'miniai/{m} has no notebook' for m in modules_without_notebook()]
    if bad: raise SystemExit('\n'.join(bad))
    print(f'{len(notebooks())} notebooks are as they should be')
