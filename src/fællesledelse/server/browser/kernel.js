// The page's end of the kernel: draws the widgets that the cells returned, and tells the rest of the page when the kernel
// is gone. Bundled at set-up into static/vendor/kernel.js. Takes the place of Voilà's own script, which asks for a
// hundred files and writes style elements that the content security policy refuses.
//
// Events on `document`: "kernel-ready" when every widget is drawn; "kernel-lost" when the connection is given up or the
// kernel has died. Nothing that a leader types depends on either.

import { makeAnywidget } from "./amd.js";
import "anywidget";
import { Widget } from "@lumino/widgets";
import * as base from "@jupyter-widgets/base";
import * as controls from "@jupyter-widgets/controls";
import { ManagerBase } from "@jupyter-widgets/base-manager";
import { KernelConnection } from "@jupyterlab/services/lib/kernel/default";
import { ServerConnection } from "@jupyterlab/services/lib/serverconnection";

const MODULES = {
  "@jupyter-widgets/base": base,
  "@jupyter-widgets/controls": controls,
  anywidget: makeAnywidget(base),
};

class Manager extends ManagerBase {
  constructor(kernel) {
    super();
    this.kernel = kernel;
    kernel.registerCommTarget(this.comm_target_name, (comm, message) =>
      this.handle_comm_open(new base.shims.services.Comm(comm), message),
    );
  }

  async loadClass(className, moduleName) {
    const found = MODULES[moduleName]?.[className];
    if (!found) throw new Error(`No widget ${className} of ${moduleName} on this page`);
    return found;
  }

  // The page brings the fields' script and style itself. A widget's own would become a blob and a style element, which
  // the content security policy refuses.
  new_model(options, state = {}) {
    delete state._css;
    if (state._esm === "") state._esm = document.getElementById("fields-module").href;
    return super.new_model(options, state);
  }

  async _create_comm(target, id, data, metadata, buffers) {
    const comm = this.kernel.createComm(target, id);
    if (data || metadata) comm.open(data, metadata, buffers);
    return new base.shims.services.Comm(comm);
  }

  async _get_comm_info() {
    const reply = await this.kernel.requestCommInfo({ target_name: this.comm_target_name });
    return reply.content.comms ?? {};
  }

  async draw(place) {
    const model = await this.get_model(place.dataset.model);
    const view = await this.create_view(model);
    Widget.attach(view.luminoWidget, place);
  }
}

function tell(event) {
  document.dispatchEvent(new CustomEvent(event));
}

function connect({ baseUrl, kernelId }) {
  const serverSettings = ServerConnection.makeSettings({
    baseUrl: new URL(baseUrl, location.href).href,
    wsUrl: new URL(baseUrl, location.href).href.replace(/^http/, "ws"),
    appendToken: false,
  });
  return new KernelConnection({ model: { id: kernelId, name: "" }, serverSettings });
}

function watch(kernel) {
  let lost = false;
  const look = () => {
    if (lost || (kernel.connectionStatus !== "disconnected" && kernel.status !== "dead")) return;
    lost = true;
    tell("kernel-lost");
  };
  kernel.connectionStatusChanged.connect(look);
  kernel.statusChanged.connect(look);
}

/** Frees the kernel when the page goes for good; a page kept for the back button keeps its kernel. */
function endWithPage({ baseUrl, kernelId }) {
  addEventListener("pagehide", ({ persisted }) => {
    if (!persisted) fetch(`${baseUrl}voila/api/shutdown/${kernelId}`, { method: "POST", keepalive: true });
  });
}

/** Voilà streams the outputs to the end of the body, since the prose must not wait for the kernel. */
function placeOutputs() {
  for (const arriving of document.querySelectorAll(".site-arriving")) {
    document.querySelector(`[data-cell="${arriving.dataset.for}"]`).append(...arriving.childNodes);
    arriving.remove();
  }
}

async function start() {
  placeOutputs();
  const config = JSON.parse(document.getElementById("jupyter-config-data").textContent);
  const kernel = connect(config);
  watch(kernel);
  endWithPage(config);
  const manager = new Manager(kernel);
  await manager._loadFromKernel();
  const places = [...document.querySelectorAll("[data-model]")];
  await Promise.allSettled(places.map((place) => manager.draw(place)));
  document.getElementById("loading")?.remove();
  tell("kernel-ready");
}

start();
