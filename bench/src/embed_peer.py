# The peer of `salus bench embed`: the same network and texts by onnxruntime, on one thread.
# First line in: the texts, as JSON. Each further line in asks for one round; each line out is its seconds.
import json, sys, time
import numpy, onnxruntime, tokenizers

folder = sys.argv[1]
options = onnxruntime.SessionOptions()
options.intra_op_num_threads = options.inter_op_num_threads = 1
session = onnxruntime.InferenceSession(folder + "/model.onnx", options, providers=["CPUExecutionProvider"])
tokenizer = tokenizers.Tokenizer.from_file(folder + "/tokenizer.json")
tokenizer.no_padding()
tokenizer.enable_truncation(256)
texts = json.loads(sys.stdin.readline())
for _ in sys.stdin:
    start = time.perf_counter()
    for text in texts:
        session.run(None, {"input_ids": numpy.array([tokenizer.encode(text).ids], dtype=numpy.int64)})
    print(time.perf_counter() - start, flush=True)
