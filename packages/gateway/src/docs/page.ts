/**
 * The browsable documentation: one page drawn from the OpenAPI document, without scripts, from no other origin.
 *
 * `docs/reference/http-api.md` is drawn from the same outline by `npm run docs`.
 */
import type { ApiDocument, ApiOperation } from "./outline.ts";
import { outlineOf } from "./outline.ts";

/** The page. */
export function docsPage(document: ApiDocument): string {
  const groups = outlineOf(document);
  const nav = groups
    .map(
      ({ tag, operations }) =>
        `<li>${escaped(tag)}<ul>${operations.map((each) => `<li><a href="#${each.id}">${escaped(each.summary)}</a></li>`).join("")}</ul></li>`,
    )
    .join("");
  const body = groups
    .map(
      ({ tag, description, operations }) =>
        `<section><h2>${escaped(tag)}</h2><p>${escaped(description)}</p>${operations.map(drawn).join("")}</section>`,
    )
    .join("");
  const schemas = Object.entries(document.components?.schemas ?? {})
    .map(
      ([name, schema]) =>
        `<details id="schema-${escaped(name)}"><summary>${escaped(name)}</summary><pre>${escaped(JSON.stringify(schema, null, 2))}</pre></details>`,
    )
    .join("");
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(document.info.title)} HTTP API</title>
<link rel="stylesheet" href="/docs/style.css">
</head>
<body>
<nav aria-label="Contents"><h1>${escaped(document.info.title)}</h1><p><a href="/openapi.json">openapi.json</a></p><ul>${nav}</ul></nav>
<main><p>${escaped(document.info.description ?? "").replaceAll("\n\n", "</p><p>")}</p>${body}<section><h2>Schemas</h2>${schemas}</section></main>
</body>
</html>
`;
}

function drawn(each: ApiOperation): string {
  const parameters = each.parameters
    .map(
      (parameter) =>
        `<tr><td><code>${escaped(parameter.name)}</code></td><td>${parameter.in}${parameter.required ? ", required" : ""}</td><td>${escaped(parameter.description)}</td></tr>`,
    )
    .join("");
  const answers = each.answers
    .map(
      ({ status, description, schema }) =>
        `<tr><td>${status}</td><td>${linked(schema)}</td><td>${escaped(description)}</td></tr>`,
    )
    .join("");
  return `<article id="${each.id}"><h3>${escaped(each.summary)}</h3><p><code><b>${each.method}</b> ${escaped(each.path)}</code> · ${escaped(each.access)}</p>${
    each.description === "" ? "" : `<p>${escaped(each.description)}</p>`
  }${parameters === "" ? "" : `<table><caption>Parameters</caption>${parameters}</table>`}${
    each.body === null ? "" : `<p>Body: ${linked(each.body)}</p>`
  }<table><caption>Answers</caption>${answers}</table></article>`;
}

function linked(schema: string | null): string {
  return schema === null ? "" : `<a href="#schema-${escaped(schema)}">${escaped(schema)}</a>`;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}

/** The page's style, served as a file because the page allows nothing else. */
export const docsStyle = `:root{color-scheme:light dark}
body{margin:0;font:16px/1.5 system-ui,sans-serif;display:grid;grid-template-columns:minmax(14rem,20rem) minmax(0,60rem)}
nav{position:sticky;top:0;height:100vh;overflow:auto;padding:1rem;box-sizing:border-box;border-right:1px solid #8884}
nav ul{padding-left:1rem;list-style:none}
main{padding:1rem 2rem}
article{border-top:1px solid #8884;padding:.5rem 0}
table{border-collapse:collapse;width:100%}
caption{text-align:left;font-weight:600;padding-top:.5rem}
td{border-bottom:1px solid #8882;padding:.25rem .5rem;vertical-align:top}
pre{overflow:auto;background:#8881;padding:.5rem}
@media (max-width:50rem){body{display:block}nav{position:static;height:auto}}
`;
