// SPDX-License-Identifier: Apache-2.0
/** The server of the page: who may ask, what is told, and what can be changed. The page itself is a resource. */
package org.cloister.console.web.internal;
