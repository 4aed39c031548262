"""Measure the loader and the training loop in pairs: python benchmarks/core.py [--repeats 7] [--save]

Each row times two ways of doing the same work in turn, several times in one run, and reports the median of the ratios,
so that what else the machine is doing hits both alike. `--save` writes the table to benchmarks/core.md.
Needs the full Fashion-MNIST for the image rows (`fashion_mnist()` says where it looks); the sample will do, and is named.
"""
import argparse, platform, statistics, time
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path

import datasets as hfds, fastcore, torch, torch.nn.functional as F, torch.utils.data as tud
from torch import nn, optim

from miniai.datasets import Dataset, fashion_mnist, image_tensor, in_memory
from miniai.dataloaders import DataLoader, DataLoaders
from miniai.learner import Accuracy, Learner, MetricsCB, ProgressCB, TrainCB

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
    yield row('`Learner.fit` with accuracy, loss and progress, 784–50–10 network, batches of 64; against the plainest loop (time, smaller is better)', pairs(ours, theirs, repeats), 60_000*epochs, '≤ 1.05', slower)

HEAD = '| what | items/s | items/s of the other | median ratio | target |\n| --- | ---: | ---: | ---: | ---: |'

def main():
    p = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    p.add_argument('--repeats', type=int, default=7, help='pairs for each row'); p.add_argument('--save', action='store_true', help='write benchmarks/core.md')
    args = p.parse_args(); lines = [HEAD]; print(HEAD)
    for part in (loaders, images, loops):
        for r in part(args.repeats): lines.append(r); print(r, flush=True)
    foot = (f'\nMedians of {args.repeats} pairs (3 for the images), measured in turn on {torch.get_num_threads()} cores: Python {platform.python_version()}, '
            f'torch {torch.__version__}, datasets {hfds.__version__}, fastcore {fastcore.__version__}, {platform.system()} {platform.machine()}.')
    print(foot)
    if args.save: (Path(__file__).parent/'core.md').write_text('# Loader and training loop\n\nMade by `python benchmarks/core.py --save`.\n\n'+'\n'.join([*lines,foot])+'\n', encoding='utf-8')

if __name__=='__main__': main()
