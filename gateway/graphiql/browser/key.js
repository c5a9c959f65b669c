/** The key that this browser's tokens are bound to. No script can read its private half, ours neither. */

const databaseName = "huimin-graphiql";
const storeName = "keys";
const keyName = "dpop";

/**
 * The key pair of this browser, made when it is first needed. Tabs that need it at the same moment get the same one.
 *
 * @returns {Promise<CryptoKeyPair>}
 */
export async function ownKeyPair() {
  // Before the transaction, which ends as soon as something else is waited for.
  const made = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, false, ["sign", "verify"]);
  const database = await open();
  try {
    const store = database.transaction(storeName, "readwrite").objectStore(storeName);
    const known = await settled(store.get(keyName));
    if (known) return known;
    await settled(store.add(made, keyName));
    return made;
  } finally {
    database.close();
  }
}

/** @returns {Promise<IDBDatabase>} */
async function open() {
  const request = indexedDB.open(databaseName, 1);
  request.addEventListener("upgradeneeded", () => request.result.createObjectStore(storeName));
  return await settled(request);
}

/**
 * @template T
 * @param {IDBRequest<T>} request
 * @returns {Promise<T>}
 */
function settled(request) {
  return new Promise((resolve, reject) => {
    request.addEventListener("success", () => resolve(request.result));
    request.addEventListener("error", () => reject(request.error));
  });
}
