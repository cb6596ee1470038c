// SPDX-License-Identifier: Apache-2.0
/** Core without the framework, as it is stressed. */
package org.cloister.core.internal;
