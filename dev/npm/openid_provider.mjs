// An OpenID Connect provider with no accounts of its own: whoever types an address is that person. It is the real
// oidc-provider; only the page that asks who somebody is, is ours. `node openid_provider.mjs SETTINGS.json`.
import { createRequire } from "node:module";
import { createServer } from "node:http";
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const settings = JSON.parse(readFileSync(process.argv[2], "utf-8"));
const module = createRequire(`${settings.folder}/`).resolve("oidc-provider");
const { default: Provider } = await import(pathToFileURL(module));

const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const provider = new Provider(settings.issuer, {
  clients: [{
    client_id: settings.clientId,
    client_secret: settings.clientSecret,
    redirect_uris: settings.redirects,
    post_logout_redirect_uris: settings.signedOut,
    backchannel_logout_uri: settings.logout,
    backchannel_logout_session_required: true,
  }],
  jwks: { keys: [{ ...privateKey.export({ format: "jwk" }), use: "sig", alg: "RS256" }] },
  cookies: { keys: [randomBytes(32).toString("hex")] },
  claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"] },
  pkce: { required: () => true },
  features: { devInteractions: { enabled: false }, backchannelLogout: { enabled: true } },
  // The portal is on this very host, which is otherwise never asked.
  fetch: (address, { dispatcher, ...options }) => fetch(address, options),
  interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
  ttl: { AccessToken: 300, AuthorizationCode: 60, Grant: 3600, IdToken: 300, Interaction: 600, Session: 3600 },
  // An address below unverified.example is one that nobody has verified.
  findAccount: (_, id) => ({
    accountId: id,
    claims: () => ({ sub: id, email: id, email_verified: !id.endsWith("@unverified.example"), name: id.split("@")[0] }),
  }),
  // Nobody is asked whether the portal may know who they are.
  async loadExistingGrant(ctx) {
    const grant = new ctx.oidc.provider.Grant({ clientId: ctx.oidc.client.clientId, accountId: ctx.oidc.session.accountId });
    grant.addOIDCScope("openid email profile");
    await grant.save();
    return grant;
  },
});

// By the time at which the portal starts, its port may be another one than the one that is known here.
const withoutPort = (address) => Object.assign(new URL(address), { port: "" }).href;
const allowed = (known) => (asked) => known.some((one) => withoutPort(one) === withoutPort(asked));
provider.Client.prototype.redirectUriAllowed = allowed(settings.redirects);
provider.Client.prototype.postLogoutRedirectUriAllowed = allowed(settings.signedOut);

const answer = provider.callback();

async function interaction(request, response) {
  await provider.interactionDetails(request, response);
  if (request.method === "POST") {
    let body = "";
    for await (const piece of request) body += piece;
    const login = new URLSearchParams(body).get("login");
    await provider.interactionFinished(request, response, { login: { accountId: login } });
    return;
  }
  response.setHeader("Content-Type", "text/html; charset=utf-8");
  response.end(`<!doctype html><html lang="en"><title>Example provider</title><h1>Example provider</h1>
<p>Nobody has a password here: type who you are.</p>
<form method="post"><label>E-mail address <input name="login" type="email" required></label> <button>Continue</button></form>`);
}

createServer((request, response) => {
  if (request.url.startsWith("/interaction/")) {
    interaction(request, response).catch((error) => { response.statusCode = 400; response.end(String(error)); });
  } else {
    answer(request, response);
  }
}).listen(settings.port, settings.host);
