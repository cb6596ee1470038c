// SPDX-License-Identifier: Apache-2.0
/** Tests on the kernel of a virtual machine, and what starts them there. */
@RequireConfigurator
package org.cloister.itests.guest;

import org.osgi.service.configurator.annotations.RequireConfigurator;
