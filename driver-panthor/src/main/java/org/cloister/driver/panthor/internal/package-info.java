// SPDX-License-Identifier: Apache-2.0
/**
 * The driver of Mali GPUs itself. All it knows of its GPU belongs to one thread, which nothing holds up: it hears
 * interrupts, time-outs and clients, and each moves a state machine.
 */
package org.cloister.driver.panthor.internal;
