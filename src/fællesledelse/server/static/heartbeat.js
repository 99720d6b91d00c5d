// A classic script, loaded before the body: the one inline line that Voilà sends calls this by name, to keep the
// connection alive while the kernel works. There is nothing to do.

window.voila_heartbeat = () => {};
