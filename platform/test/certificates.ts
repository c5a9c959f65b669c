/** Two self-signed certificates of nobody, as a proxy passes them (RFC 9440). Their private keys were thrown away. */

const encoded =
  "MIIBlDCCATugAwIBAgIUE5zvq3KppEEb4OvobqzGLza5CRUwCgYIKoZIzj0EAwIwHzEdMBsGA1UEAwwUc3ludGhldGljIGRlcGFy" +
  "dG1lbnQwIBcNMjYxMTI1MjIxMzA2WhgPMjEyNjExMDEyMjEzMDZaMB8xHTAbBgNVBAMMFHN5bnRoZXRpYyBkZXBhcnRtZW50MFkw" +
  "EwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEDOS9z5bhUrH92RtapjMxyG9O3J5z/h3KGDmoQNYpOypzzAiMInJS6tEhK+D7UhrqTF/z" +
  "Q7CWStmHUasU2A9q0aNTMFEwHQYDVR0OBBYEFICc6tF9UPXYFYnKfwU2QAgKkf63MB8GA1UdIwQYMBaAFICc6tF9UPXYFYnKfwU2" +
  "QAgKkf63MA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDRwAwRAIgDHlNe8BKFVVu9YBlnVaElJS77X3atdUyY/RwjJi2TPkC" +
  "IGQzyK/l0ccKor8O64hpqtzKzCxt9NqVBgzzT+XPQuEH";
const other =
  "MIIBijCCATGgAwIBAgIUN7MIngcJG1dAEPnlvs8QcCa17fgwCgYIKoZIzj0EAwIwGjEYMBYGA1UEAwwPc3ludGhldGljIG90aGVy" +
  "MCAXDTI2MTEyNTIyMTMwNloYDzIxMjYxMTAxMjIxMzA2WjAaMRgwFgYDVQQDDA9zeW50aGV0aWMgb3RoZXIwWTATBgcqhkjOPQIB" +
  "BggqhkjOPQMBBwNCAAToaOVzdVNfGqfeRvpy3ed/4ocA3nTRZrvqtkpDZb7PgKomhwLKeBqI42iP/ZzeCyJ9YAqfJC7PnMN1F9iY" +
  "D3elo1MwUTAdBgNVHQ4EFgQUZVmfNiUYB8w/y+wQOaYZvyRKwGswHwYDVR0jBBgwFoAUZVmfNiUYB8w/y+wQOaYZvyRKwGswDwYD" +
  "VR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNHADBEAiB7qLbWwfe1bPppEvsF0MRCK3Tfb3ZKWAd9gwxKCDQosQIgJ/qpv84Ph6Cr" +
  "RxBIqi6THJLg7po1fUl8kreGE8EjjW8=";

export const passedCertificate = `:${encoded}:`;
export const otherCertificate = `:${other}:`;
