// Lets a browser install the page as an app, and open it while the server is away.

// Browsers have service workers on secure origins only: https, and this machine itself.
if ("serviceWorker" in navigator) {
  navigator.serviceWorker.register("/serviceworker.js").catch((error) => console.info(`The page cannot be kept for later: ${error.message}`));
}
