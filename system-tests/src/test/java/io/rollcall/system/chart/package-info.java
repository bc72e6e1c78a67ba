/** The Helm chart: rendered, checked against Kubernetes' schemas, and taken up by the services. */
@NullMarked
package io.rollcall.system.chart;

import org.jspecify.annotations.NullMarked;
