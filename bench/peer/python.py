"""Search engines of the Python world behind one protocol of JSON lines: the first line holds the documents, each further line a
question; each is answered by one line. The engine is the first argument: bm25s or tantivy, both over jieba's search-mode words."""
import json
import os
import resource
import shutil
import sys
import tempfile

import jieba

jieba.setLogLevel(60)
engine = sys.argv[1]


def words(text):
    return [w for w in jieba.lcut_for_search(text) if any(c.isalnum() for c in w)]


def say(value):
    sys.stdout.write(json.dumps(value, ensure_ascii=False) + "\n")
    sys.stdout.flush()


documents = json.loads(sys.stdin.readline())
ids = [d["id"] for d in documents]
cut = [words(d["text"]) for d in documents]
size = 0
if engine == "bm25s":
    import bm25s

    index = bm25s.BM25()
    index.index(cut, show_progress=False)
    folder = tempfile.mkdtemp()
    index.save(folder)
    size = sum(os.path.getsize(os.path.join(folder, f)) for f in os.listdir(folder))
    shutil.rmtree(folder)

    def search(query, n):
        n = min(n, len(ids))
        found, scores = index.retrieve([words(query)], k=n, show_progress=False)
        return [[ids[int(i)], float(s)] for i, s in zip(found[0], scores[0]) if s > 0]

elif engine == "tantivy":
    import tantivy

    schema = tantivy.SchemaBuilder()
    schema.add_unsigned_field("n", stored=True)
    schema.add_text_field("body", tokenizer_name="whitespace")
    folder = tempfile.mkdtemp()
    index = tantivy.Index(schema.build(), path=folder)
    writer = index.writer()
    for n, terms in enumerate(cut):
        writer.add_document(tantivy.Document(n=n, body=[" ".join(terms)]))
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    size = sum(os.path.getsize(os.path.join(folder, f)) for f in os.listdir(folder))
    searcher = index.searcher()

    def search(query, n):
        terms = words(query)
        if not terms:
            return []
        should = [(tantivy.Occur.Should, tantivy.Query.term_query(index.schema, "body", t)) for t in terms]
        found = searcher.search(tantivy.Query.boolean_query(should), n).hits
        return [[ids[searcher.doc(at)["n"][0]], score] for score, at in found]

else:
    sys.exit("no engine " + engine)
say({"bytes": size})
for line in sys.stdin:
    q = json.loads(line)
    say({"hits": search(q["query"], q["n"]), "rss": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024})
