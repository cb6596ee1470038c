// SPDX-License-Identifier: Apache-2.0
/** The firewall: what each profile can hold, the table that is asked on each access, leases, reprogramming. */
package org.cloister.emulator.soc.firewall.internal;
