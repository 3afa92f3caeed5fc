"""Tasks of lm-evaluation-harness (lm_eval, optional) on the models of models/."""
