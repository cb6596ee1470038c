// SPDX-License-Identifier: Apache-2.0
/**
 * The normal-world driver of OP-TEE: protected pools, and sessions with trusted applications.
 *
 * <p>OP-TEE is looked for behind FF-A first, then by its own interface if the device tree says that it has one. What the
 * device tree tells besides is read from the enabled child of {@code /firmware} that is compatible with
 * {@code linaro,optee-tz} or {@code arm,ffa}:
 *
 * <pre>{@code
 * optee {
 *     compatible = "linaro,optee-tz";
 *     method = "smc";
 *     interrupts = <187>;                   // of OP-TEE's own interface, for notifications
 *     cloister,protected-ranges = <6>;      // firewall regions that lent memory may take, all use cases together
 *     secure-video {
 *         cloister,use-case-id = <1>;
 *         cloister,grants = "video-decoder:rw", "display:r";
 *     };
 *     camera-keys {                         // a use case of the vendor's, named after the node
 *         cloister,use-case-id = <256>;
 *         cloister,grants = "crypto:rw";
 *         cloister,heap-name = "acme,camera-keys";
 *     };
 * };
 * }</pre>
 *
 * <p>Who is granted what is the firmware's decision; the tree only tells it, so that heaps can say whom they serve. What
 * it does not tell is unknown, and no reason not to serve.
 */
package org.cloister.backend.optee.internal;
