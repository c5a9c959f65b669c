// A page without a server behind it, as a client of the profile `oidc`: it learns who signed in, and opens no data.
const here = `${location.origin}/site`;
const manager = new oidc.UserManager({
  authority: document.documentElement.dataset.issuer,
  client_id: "water-site",
  redirect_uri: here,
  post_logout_redirect_uri: here,
  scope: "openid profile",
  loadUserInfo: true,
  // Renewing takes the refresh token: a frame of identity's would be another site's, which gets no cookies.
  automaticSilentRenew: true,
});

document.getElementById("in").onclick = () => manager.signinRedirect();
document.getElementById("renew").onclick = () => manager.signinSilent().then(show);
document.getElementById("out").onclick = () => manager.signoutRedirect();

const returned = new URLSearchParams(location.search);
if (returned.has("code")) {
  manager.signinRedirectCallback().then((user) => {
    history.replaceState(null, "", here);
    show(user);
  });
} else manager.getUser().then((user) => user && show(user));

function show(user) {
  const name = document.getElementById("name");
  name.textContent = user.profile.name;
  name.dataset.token = user.access_token;
}
