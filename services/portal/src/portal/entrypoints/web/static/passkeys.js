// Passkeys: a form with data-passkey lets the browser make or show one before it is sent. Without them it stays hidden.
"use strict";

const knowsPasskeys = Boolean(window.PublicKeyCredential?.parseRequestOptionsFromJSON);

async function passkeyFor(form) {
  const body = new URLSearchParams({ form_token: form.elements.form_token.value });
  const response = await fetch(form.dataset.options, { method: "POST", body });
  if (!response.ok) throw new Error(`options: ${response.status}`);
  const options = await response.json();
  return form.dataset.passkey === "create"
    ? navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) })
    : navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) });
}

async function answerWithPasskey(event) {
  const form = event.currentTarget;
  event.preventDefault();
  const failed = form.querySelector("[data-failed]");
  failed.hidden = true;
  try {
    form.querySelector("[data-answer]").value = JSON.stringify(await passkeyFor(form));
  } catch {
    failed.hidden = false;
    return;
  }
  form.submit();
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  form.hidden = !knowsPasskeys;
  form.addEventListener("submit", answerWithPasskey);
}
for (const sentence of document.querySelectorAll("[data-without-passkeys]")) sentence.hidden = knowsPasskeys;
