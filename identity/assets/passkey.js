// Lets forms of identity's pages be answered by a passkey (WebAuthn Level 3). A form with `data-passkey="get"` or
// `"create"` carries the options in `data-options`; the authenticator's answer goes out in its field `credential`.
// Such forms are hidden until this script has found that the browser can do it.
const { browserSupportsWebAuthn, browserSupportsWebAuthnAutofill, startAuthentication, startRegistration } =
  SimpleWebAuthnBrowser;

const forms = browserSupportsWebAuthn() ? [...document.querySelectorAll("form[data-passkey]")] : [];

for (const form of forms) {
  form.hidden = false;
  for (const part of document.querySelectorAll("[data-with-passkey]")) part.hidden = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void answer(form, false);
  });
}

const autofill = forms.find((form) => "autofill" in form.dataset);
if (autofill && (await browserSupportsWebAuthnAutofill())) void answer(autofill, true);

/** Asks the authenticator; with `useBrowserAutofill` it waits until a passkey is picked from the login field. */
async function answer(form, useBrowserAutofill) {
  const fault = form.querySelector("[data-fault]");
  fault.hidden = true;
  try {
    const optionsJSON = JSON.parse(form.dataset.options);
    const credential =
      form.dataset.passkey === "create"
        ? await startRegistration({ optionsJSON })
        : await startAuthentication({ optionsJSON, useBrowserAutofill });
    form.elements.credential.value = JSON.stringify(credential);
    form.submit();
  } catch {
    // She closed the dialogue, or nothing fitted. Behind the autofill that is no news.
    if (useBrowserAutofill) return;
    fault.hidden = false;
  }
}
