// Lints an OpenAPI document with Redocly's recommended rules; prints one line a finding, and fails at an error.
const { lint, createConfig } = require("@redocly/openapi-core");

createConfig({ extends: ["recommended"] }).then((config) => lint({ ref: process.argv[2], config })).then((findings) => {
  for (const one of findings) console.log(one.severity, one.ruleId, one.location[0]?.pointer, one.message);
  process.exit(findings.some((one) => one.severity === "error") ? 1 : 0);
});
