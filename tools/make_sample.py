"Build the Fashion-MNIST sample that ships in miniai/data, from the full IDX files: python tools/make_sample.py [folder]"
import json, sys
from pathlib import Path

import datasets as hfds, numpy as np

from miniai.datasets import fashion_mnist, fashion_features, _png

OUT = Path(__file__).parent.parent/'miniai/data/fashion_mnist'
ABOUT = ("Fashion-MNIST: 28 × 28 grey pictures of clothes from Zalando's shop, in ten classes, made as a drop-in replacement for MNIST "
         "(Xiao, Rasul and Vollgraf, 2017). This is a sample: {} training and {} test images, the same number of each class, "
         "in the order in which they come in the full data set of 60,000 and 10,000.")

def stratified(labels, per_class):
    "Positions of the first `per_class` items of each class, in order"
    return np.sort(np.concatenate([np.flatnonzero(labels==c)[:per_class] for c in range(10)])).tolist()

def main(src='/usr/share/datasets/fashion-mnist', n_train=6000, n_test=1000):
    dd = fashion_mnist(src); OUT.mkdir(parents=True, exist_ok=True); splits = {}
    for split,n in (('train',n_train), ('test',n_test)):
        ds = dd[split].select(stratified(np.array(dd[split]['label']), n//10))
        ds = hfds.Dataset.from_dict({'image': [{'bytes':_png(o), 'path':None} for o in ds['image']], 'label': ds['label'][:]}, features=fashion_features)
        ds.to_parquet(OUT/f'{split}.parquet'); splits[split] = dict(name=split, num_bytes=(OUT/f'{split}.parquet').stat().st_size, num_examples=n)
    info = hfds.DatasetInfo(description=ABOUT.format(n_train, n_test), license='MIT', homepage='https://github.com/zalandoresearch/fashion-mnist',
                            features=fashion_features, dataset_name='fashion_mnist')
    (OUT/'dataset_infos.json').write_text(json.dumps({'default': {k:v for k,v in vars(info).items() if k in ('description','license','homepage')}
        | {'features': fashion_features.to_dict(), 'splits': splits, 'config_name':'default'}}, indent=1)+'\n', encoding='utf-8')

if __name__=='__main__': main(*sys.argv[1:])
