"""Measure the loader and the training loop in pairs: python benchmarks/core.py [--repeats 7] [--save]

Each row times two ways of doing the same work in turn, several times in one run, and reports the median of the ratios,
so that what else the machine is doing hits both alike. `--save` writes the table to benchmarks/core.md.
Needs the full Fashion-MNIST for the image rows (`fashion_mnist()` says where it looks); the sample will do, and is named.
"""
import argparse, multiprocessing as mp, platform, statistics, time
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path

import datasets as hfds, fastcore, torch, torch.nn.functional as F, torch.utils.data as tud
from torch import nn, optim

from miniai.datasets import Dataset, fashion_mnist, image_tensor, in_memory
from miniai.dataloaders import DataLoader, DataLoaders
from miniai.files import ImageFiles, fashion_jpegs, get_image_files
from miniai.learner import Accuracy, Learner, MetricsCB, ProgressCB, TrainCB
from miniai.transforms import Pipeline, TensorImage, Transform
from miniai.vision import Normalize

def timed(f):
    t = time.perf_counter(); f()
    return time.perf_counter()-t

def pairs(ours, theirs, repeats):
    "Times of both, in turn, after one run of each to warm up; the order changes from pair to pair"
    ours(); theirs(); res = []
    for i in range(repeats):
        if i%2: b,a = timed(theirs),timed(ours)
        else:   a,b = timed(ours),timed(theirs)
        res.append((a,b))
    return res

def epoch(dl):
    "Go through all batches"
    for _ in dl: pass

def row(name, times, n, target, ratio):
    a,b = (statistics.median(t) for t in zip(*times)); r = statistics.median(ratio(x,y) for x,y in times)
    return f'| {name} | {n/a:,.0f} | {n/b:,.0f} | {r:.2f} | {target} |'

def faster(a, b): return b/a   # how many times faster ours is
def slower(a, b): return a/b   # how much of their time ours takes

def loaders(repeats):
    "In-memory tensors against PyTorch's loader over a TensorDataset"
    x,y = torch.randn(60_000,28,28),torch.randint(0,10,(60_000,))
    for bs,target in ((1024,'≥ 8'),(64,'≥ 4')):
        ours = DataLoader(Dataset(x,y), bs, shuffle=True); theirs = tud.DataLoader(tud.TensorDataset(x,y), batch_size=bs, shuffle=True)
        yield row(f'60,000 × 28 × 28 floats, shuffled, batches of {bs}; against PyTorch\'s loader over `TensorDataset`', pairs(lambda: epoch(ours), lambda: epoch(theirs), repeats), 60_000, target, faster)

def images(repeats):
    "A Hugging Face image data set, decoded once, against decoding in a transform"
    ds = fashion_mnist()['train']; n = len(ds)
    def tfm(b): b['image'] = [image_tensor(o) for o in b['image']]; return b
    mem = in_memory(ds, progress=False)
    ours = DataLoader(mem, 1024, shuffle=True); theirs = tud.DataLoader(ds.with_transform(tfm), batch_size=1024, shuffle=True)
    yield row(f'{n:,} images of a Hugging Face data set, second epoch: `in_memory`; against `with_transform` in PyTorch\'s loader', pairs(lambda: epoch(ours), lambda: epoch(theirs), min(repeats,3)), n, '≥ 50', faster)

def model(): torch.manual_seed(0); return nn.Sequential(nn.Linear(784,50), nn.ReLU(), nn.Linear(50,10))

def plain_fit(dl, m, epochs):
    "The plainest training loop that also adds up loss and accuracy"
    opt = optim.SGD(m.parameters(), lr=0.1)
    for e in range(epochs):
        m.train(); loss_sum,right,n = 0.,0,0
        for xb,yb in dl:
            preds = m(xb); loss = F.cross_entropy(preds, yb)
            loss.backward(); opt.step(); opt.zero_grad()
            loss_sum += loss.detach()*len(xb); right += (preds.argmax(1)==yb).sum(); n += len(xb)
        print(f'{e} {loss_sum.item()/n:.3f} {right.item()/n:.3f}')

def loops(repeats, epochs=2):
    "Learner.fit with accuracy, loss and a terminal's progress bar against the plainest loop over the same loader"
    x,y = torch.randn(60_000,784),torch.randint(0,10,(60_000,))
    dl = DataLoader(Dataset(x,y), 64, shuffle=True)
    def ours():
        with redirect_stdout(StringIO()), redirect_stderr(StringIO()):
            Learner(model(), DataLoaders(dl), F.cross_entropy, lr=0.1, cbs=[TrainCB(), MetricsCB(accuracy=Accuracy()), ProgressCB(env='terminal')]).fit(epochs, valid=False)
    def theirs():
        with redirect_stdout(StringIO()): plain_fit(dl, model(), epochs)
    yield row('`Learner.fit` with accuracy, loss and progress, 784–50–10 network, batches of 64; against the plainest loop (time, smaller is better)', pairs(ours, theirs, 3*repeats), 60_000*epochs, '≤ 1.05', slower)

def transforms(repeats, n=20_000):
    "A pipeline of three transforms against calling their functions by hand, on single numbers and on pairs"
    fs = [lambda x: x+1, lambda x: x*2, lambda x: x-3]
    pipe = Pipeline([Transform(f) for f in fs])
    def typed(x:int): return x+1
    many = Pipeline([typed, typed, typed])
    def cost(a, b): return (a-b)/n/3*1e6
    def ours(p, x): return lambda: [p(x) for _ in range(n)]
    def theirs():
        a,b,c = fs
        for _ in range(n): c(b(a(3)))
    def theirs_typed():
        for _ in range(n): typed(typed(typed(3))); typed(typed(typed(4)))
    yield row('a pipeline of three transforms, on an item; against their functions (µs more per transform and item, smaller is better)',
              pairs(ours(pipe, 3), theirs, repeats), n, '≤ 3', cost)
    yield row('the same, annotated functions on the two parts of a tuple', pairs(ours(many, (3,4)), theirs_typed, repeats), n, '≤ 3', cost)
    yield from fast_transforms(fs, ours, repeats, n)

def fast_transforms(fs, ours, repeats, n):
    "The same work by fast.ai's fasttransform, whose dispatch is plum's, if it is installed"
    try: import fasttransform as ft
    except ImportError: return
    class A(Transform):
        def encodes(self, x:int): return x+1
        def encodes(self, x:str): return x
    class B(ft.Transform):
        def encodes(self, x:int): return x+1
        def encodes(self, x:str): return x
    mine,other = Pipeline([A(),A(),A()]),ft.Pipeline([B(),B(),B()])
    yield row('three transforms with two typed methods each; against `fasttransform`', pairs(ours(mine, 3), ours(other, 3), repeats), n, '', faster)

def normalizing(repeats):
    "Normalize on a batch against the two tensor operations"
    x = torch.rand(1024,3,32,32); m,s = torch.full((3,1,1), .5),torch.full((3,1,1), .3)
    norm,xi = Normalize([.5]*3, [.3]*3),TensorImage(x)
    def ours(): [norm(xi) for _ in range(10)]
    def theirs(): [(x-m)/s for _ in range(10)]
    yield row('`Normalize` on a batch of 1024 × 3 × 32 × 32; against `(x-mean)/std` (time, smaller is better)', pairs(ours, theirs, repeats), 10*1024, '≤ 1', slower)

def jpegs(repeats):
    "JPEG files of 160 pixels, resized to 64, through both loaders over the same data set"
    ds = ImageFiles(get_image_files(fashion_jpegs())[:2000], size=64)
    for nw in (0,1,2):
        ours,theirs = DataLoader(ds, 64, shuffle=True, num_workers=nw),tud.DataLoader(ds, batch_size=64, shuffle=True, num_workers=nw)
        yield row(f"2,000 JPEG files of 160 × 160 as 64 × 64, {nw} workers; against PyTorch's loader over the same data set",
                  pairs(lambda: epoch(ours), lambda: epoch(theirs), 3*repeats), 2000, '≥ 1', faster)

def resident(pid):
    "Memory of a process in MB, with what it shares"
    return next(int(l.split()[1]) for l in Path(f'/proc/{pid}/status').read_text().splitlines() if l.startswith('VmRSS'))/1024

def worker_memory(repeats):
    "What a worker holds after the first and after the third epoch"
    if not Path('/proc/self/status').exists(): return
    dl = DataLoader(ImageFiles(get_image_files(fashion_jpegs())[:2000], size=64), 64, shuffle=True, num_workers=1, persistent_workers=True)
    mb = []
    for _ in range(3): epoch(dl); mb.append(resident(mp.active_children()[0].pid))
    yield f'| resident memory of a worker that loads 2,000 JPEG files, after the third epoch; against after the first (MB, not items/s) | {mb[2]:.1f} | {mb[0]:.1f} | {mb[2]/mb[0]:.2f} | ≤ 1.02 |'

HEAD = '| what | items/s | items/s of the other | median ratio | target |\n| --- | ---: | ---: | ---: | ---: |'

def main():
    p = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    p.add_argument('--repeats', type=int, default=7, help='pairs for each row'); p.add_argument('--save', action='store_true', help='write benchmarks/core.md')
    args = p.parse_args(); lines = [HEAD]; print(HEAD)
    for part in (loaders, images, loops, transforms, normalizing, jpegs, worker_memory):
        for r in part(args.repeats): lines.append(r); print(r, flush=True)
    foot = (f'\nMedians of {args.repeats} pairs (3 for the Hugging Face images, three times as many for `fit` and the JPEG files), measured in turn on {torch.get_num_threads()} cores: Python {platform.python_version()}, '
            f'torch {torch.__version__}, datasets {hfds.__version__}, fastcore {fastcore.__version__}, {platform.system()} {platform.machine()}.')
    print(foot)
    if args.save: (Path(__file__).parent/'core.md').write_text('# Loader and training loop\n\nMade by `python benchmarks/core.py --save`.\n\n'+'\n'.join([*lines,foot])+'\n', encoding='utf-8')

if __name__=='__main__': main()
