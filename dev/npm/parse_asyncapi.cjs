// Reads an AsyncAPI document as its reference parser does; prints one line a finding, and fails at an error.
const { Parser, fromFile } = require("@asyncapi/parser");

const ERROR = 0;

fromFile(new Parser(), process.argv[2]).parse().then(({ document, diagnostics }) => {
  for (const one of diagnostics) console.log(one.severity, one.code, one.path.join("."), one.message);
  process.exit(document && !diagnostics.some((one) => one.severity === ERROR) ? 0 : 1);
});
