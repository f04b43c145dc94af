/** All shortcuts on one page. */
import { Kbd, Modal } from "@mantine/core";
import { shortcuts } from "../keys.ts";

/** A dialog. */
export function KeyHelp({ onClose }: { readonly onClose: () => void }) {
  return (
    <Modal opened onClose={onClose} title="Keyboard" size="xl" closeButtonProps={{ "aria-label": "Close" }}>
      <div className="key-help">
        {shortcuts.map(({ title, keys }) => (
          <section key={title}>
            <h3>{title}</h3>
            <dl>
              {keys.map(([key, does]) => (
                <div key={key}>
                  <dt>
                    {key.split(" ").map((part, index) =>
                      part === "then" ? (
                        <span key={index} className="dim">
                          {" then "}
                        </span>
                      ) : (
                        <Kbd key={index} size="xs">
                          {part}
                        </Kbd>
                      ),
                    )}
                  </dt>
                  <dd>{does}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
      <p className="dim">Single keys can be switched off in the settings.</p>
    </Modal>
  );
}
