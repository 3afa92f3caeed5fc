"""LoRA on Llama-shaped models with fewer and larger kernels: same loss, same gradients.

`model.py` puts it on a model, `layer.py` computes a layer and its gradients by hand, `group.py`
holds the matrices that read one input as one. What a model has that is not written here keeps it on
the plain path; `docs/decisions/0019-a-fast-path-for-lora.md` says why it is ours.
"""
