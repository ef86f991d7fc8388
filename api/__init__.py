"""The operators' API as data: routes, roles, and what each request and answer looks like.

Triggers validate with it, `docs/reference/api.json` (OpenAPI) is written from it, and the tests hold the running app
to that document with another implementation of JSON Schema. Nothing here reaches outside.
"""
