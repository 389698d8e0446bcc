"""YAML to validated models. An unknown key is an error that names the nearest known one."""
